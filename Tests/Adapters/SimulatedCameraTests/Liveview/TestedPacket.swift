@testable import SimulatedCamera

/// The camera's packet; the engine's enum of the same name is imported beside it in some tests.
typealias TestedPacket = LiveviewPacket
