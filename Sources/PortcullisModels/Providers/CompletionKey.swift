import PortcullisCore

/// The part of a completion key (DESIGN §1) that all calls of one target share.
struct CompletionKey: Sendable {
  private let shared: [UInt8]

  /// A loopback address names a port of this machine, not a model: it is left out, as from the target's digest.
  init(adapter: String, endpoint: String, target: Target) {
    shared = Self.framed([Array(adapter.utf8), isLoopback(url: endpoint) ? [] : Array(endpoint.utf8), target.digest.bytes])
  }

  /// Distinct for each arm, repeat and turn: a sample is never mistaken for another one of the same question.
  func digest(of body: [UInt8], _ origin: ModelRequest.Origin) -> Digest {
    var stream = DigestStream()
    stream.add(shared)
    stream.add(Self.framed([body, Array("\(origin.arm.rawValue) \(origin.repeatIndex) \(origin.turn)".utf8)]))
    return stream.finish()
  }

  /// Each part behind its length, so that no two lists of parts run together to the same bytes.
  private static func framed(_ parts: [[UInt8]]) -> [UInt8] { parts.flatMap { Array("\($0.count):".utf8) + $0 } }
}
