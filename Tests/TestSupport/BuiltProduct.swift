import Foundation

/// Executables that `swift build` put beside the tests.
public enum BuiltProduct {
  /// The executable product `name`, for tests that run the real program.
  public static func url(_ name: String) -> URL {
    Bundle.module.bundleURL.deletingLastPathComponent().appending(path: name)
  }
}
