import Foundation
import TestSupport

/// Runs the real program to its end.
///
/// - Parameter variables: Of the environment, each `NAME=value`.
func runBridge(
  _ arguments: [String], _ variables: [String] = [], input: String = ""
) async throws -> ExternalProgram.Outcome {
  try await ExternalProgram.run(
    "env", variables + [BuiltProduct.url("liveview-bridge").path] + arguments,
    input: Array(input.utf8))
}
