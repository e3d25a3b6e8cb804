import Pipeline

/// The outputs there are. A new one is a folder beside this file and one line in it.
public enum OutputRegistry {
  public static let all: [any Output.Type] = [
    RTSPOutput.self,
    RTPPushOutput.self,
  ]
}
