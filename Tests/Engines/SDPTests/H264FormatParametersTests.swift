import Media
import NIOCore
import SDP
import Testing

@Suite struct H264FormatParametersTests {
  @Test func allParametersAreWrittenAndReadBack() {
    let parameters = H264FormatParameters(
      profileLevelID: "42c01e", allowsLevelAsymmetry: true,
      parameterSets: [sampleFormat.parameterSets.sps, sampleFormat.parameterSets.pps])
    #expect(
      parameters.serialized
        == "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c01e"
        + ";sprop-parameter-sets=Z0LAHg==,aM48gA==")
    #expect(H264FormatParameters(parsing: parameters.serialized) == parameters)
    #expect(parameters.parameterSetPair == sampleFormat.parameterSets)
  }

  @Test func parametersAreReadInAnySpelling() {
    let parameters = H264FormatParameters(
      parsing: " Packetization-Mode = 1 ; PROFILE-LEVEL-ID=42E01F;; x=y; sprop; max-fs=9")
    #expect(parameters == H264FormatParameters(profileLevelID: "42e01f", packetizationMode: 1))
    #expect(parameters.parameterSetPair == nil)
  }

  @Test func absentPacketizationModeMeansSingleUnits() {
    #expect(H264FormatParameters(parsing: "profile-level-id=640028").packetizationMode == 0)
  }

  @Test(arguments: ["42e01", "42e01g", "42e01f0", "４２e01f"])
  func malformedProfileIsIgnored(text: String) {
    #expect(H264FormatParameters(parsing: "profile-level-id=\(text)").profileLevelID == nil)
  }

  @Test(arguments: ["AAAAAWdCwB4=", "AAABZ0LAHg==", "Z0LAHg"])
  func startCodeInsideAParameterSetIsCutOff(text: String) {
    let parameters = H264FormatParameters(parsing: "sprop-parameter-sets=\(text),,aM48gA==,*")
    #expect(parameters.parameterSetPair == sampleFormat.parameterSets)
  }
}
