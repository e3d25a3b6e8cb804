import JSON
import NIOCore

/// A Sora with its HTTP API, for tests, on a real socket.
public final class SimulatedSora: Sendable {
}
