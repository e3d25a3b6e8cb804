import JSON
import SoraControl

/// The calls of a channel's life: orders in, facts out.
struct ChannelCalls: Sendable {
  let client: ControlClient
  let settings: ImageFluxSettings

  func list() async -> ChannelFact {
    do throws(ControlError) {
      return .listed(try await client.send(ListChannelIDs()).channelIDs)
    } catch .refused(let refusal) where Self.hasNoList(refusal) {
      return .listRefused("\(ControlError.refused(refusal))")
    } catch {
      return .listFailed("\(error)")
    }
  }

  /// Whether the API turns the list down, not this call of it.
  static func hasNoList(_ refusal: ControlRefusal) -> Bool {
    [400, 404, 405].contains(refusal.status)
  }

  func create() async -> ChannelFact {
    let creation = settings.creation
    do throws(ControlError) {
      let json = try await client.call(creation.operation, parameters: creation.parameters)
      let reply: CreatedChannel
      do { reply = try CreatedChannel(json: json) } catch { throw .replyUnusable(error) }
      return .created(
        ImageFluxChannel(
          id: reply.channelID, soraURL: reply.soraURL ?? "",
          playlists: reply.playlistURL.map { [ChannelPlaylist(url: $0)] } ?? []))
    } catch {
      if !error.mayHaveHappened { return .creationRefused("\(error)") }
      return error.isUnusableAnswer
        ? .creationUnusable("\(error)") : .creationUncertain("\(error)")
    }
  }

  func delete(_ id: String) async -> ChannelFact {
    do throws(ControlError) {
      _ = try await client.send(DeleteChannel(channelID: id))
      return .deleted
    } catch .refused(let refusal) where ControlError.refused(refusal).isRefusal {
      return .deletionRefused(
        "\(ControlError.refused(refusal))", isUnknown: refusal.saysNoSuchChannel)
    } catch .unexpectedStatus(404, let excerpt) {
      // Whether ImageFlux says so in Sora's form is not documented.
      return .deletionRefused(
        "\(ControlError.unexpectedStatus(404, excerpt: excerpt))", isUnknown: true)
    } catch {
      return .deletionFailed("\(error)")
    }
  }

  func listPlaylists(of id: String) async -> ChannelFact {
    do {
      let reply = try await client.send(ListPlaylistURLs(channelID: id))
      return .playlistsFound(
        reply.playlists.map { ChannelPlaylist(connectionID: $0.connectionID, url: $0.playlistURL) })
    } catch {
      return .playlistsFailed("\(error)")
    }
  }
}

extension ControlError {
  /// Whether there was an answer that says yes and nothing else that could be used.
  var isUnusableAnswer: Bool {
    switch self {
    case .replyUnusable, .notJSON, .replyTooLarge: true
    case .unexpectedStatus(let status, _): (200..<300).contains(status)
    default: false
    }
  }
}
