import PortcullisCore

/// The part of a completion key (DESIGN §1) that all calls of one target share.
struct CompletionKey: Sendable {
  private let shared: [UInt8]

  /// A loopback address names a port of this machine, not a model: it is left out, as from the target's digest.
  init(adapter: String, endpoint: String, target: Target) {
    let address = isLoopback(url: endpoint) ? "" : endpoint
    shared = Self.length(adapter.utf8.count) + adapter.utf8 + Self.length(address.utf8.count) + address.utf8 + target.digest.bytes
  }

  /// Distinct for each arm, repeat and turn: a sample is never mistaken for another one of the same question.
  func digest(of body: [UInt8], _ origin: ModelRequest.Origin) -> Digest {
    var stream = DigestStream()
    stream.add(shared)
    stream.add(Self.length(body.count))
    stream.add(body)
    stream.add(Array("\(origin.arm.rawValue) \(origin.repeatIndex) \(origin.turn)".utf8))
    return stream.finish()
  }

  /// Goes before each part of open length, so that no two lists of parts run together to the same bytes.
  private static func length(_ count: Int) -> [UInt8] { Array("\(count):".utf8) }
}
