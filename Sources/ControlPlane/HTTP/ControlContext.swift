import Hummingbird
import Logging
import NIOCore

/// One request's surroundings: what Hummingbird needs, and the connection it came on.
struct ControlContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
