package import PortcullisCore

/// Recorded answers, looked up by what was asked. One table serves the `replay` provider and the replay server.
package struct RecordingTable: Sendable {
  private let byKey: [Recording.Key: [Recording]]
  /// Whether any recording names a request rather than a case, so that asking for a digest is worth its cost.
  package let hasRequests: Bool

  /// Of two recordings for the same key, arm, model and repeat the first counts.
  package init(_ recordings: [Recording]) {
    // Stable: equal repeats keep their order.
    byKey = Dictionary(grouping: recordings, by: \.key).mapValues { group in
      group.enumerated().sorted { ($0.element.repeatIndex, $0.offset) < ($1.element.repeatIndex, $1.offset) }.map(\.element)
    }
    hasRequests = recordings.contains { if case .request = $0.key { true } else { false } }
  }

  /// All answers that may be given, in the order of their repeats, each repeat once.
  ///
  /// - Parameters:
  ///   - arm: nil where the asker does not say; then only recordings for all arms match.
  ///   - model: The model asked for. A recording that names a model answers only for that one.
  package func answers(to key: Recording.Key, arm: Arm?, model: String) -> [Recording] {
    var found: [Recording] = []
    for recording in byKey[key] ?? [] {
      guard recording.arm == nil || recording.arm == arm, recording.model.map({ sameBytes($0, model) }) ?? true else { continue }
      if let last = found.last, last.repeatIndex == recording.repeatIndex {
        // Same repeat: one that names the arm is meant more than one for all.
        if last.arm == nil, recording.arm != nil { found[found.count - 1] = recording }
      } else {
        found.append(recording)
      }
    }
    return found
  }

  /// Whether any recording answers for this model: else a wrong model name is likelier than a missing case.
  package func knows(model: String) -> Bool {
    byKey.values.contains { $0.contains { $0.model.map { sameBytes($0, model) } ?? true } }
  }

  /// The digest under which a request body is recorded: without `stream` and `stream_options`, which do not change what is asked.
  package static func digest(ofRequest body: JSON) -> Digest {
    guard var object = body.object else { return Digest(of: body) }
    object["stream"] = nil
    object["stream_options"] = nil
    return Digest(of: .object(object))
  }
}
