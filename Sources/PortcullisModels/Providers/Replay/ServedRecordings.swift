package import PortcullisCore
import Synchronization

/// Recordings as a server gives them out: asked again, a case is answered with its next repeat, and with the last one again after that.
package final class ServedRecordings: Sendable {
  private struct Counter: Hashable {
    let key: Recording.Key
    let model: String
  }

  private let table: RecordingTable
  private let served = Mutex<[Counter: Int]>([:])

  package init(_ table: RecordingTable) { self.table = table }

  /// The answer to a request that may be known by several names, the surest first (its digest, then its case); nil if by none.
  package func next(for keys: [Recording.Key], model: String) -> Recording.Content? {
    for key in keys {
      let answers = table.answers(to: key, arm: nil, model: model)
      guard let last = answers.last else { continue }
      let turn = served.withLock { served in
        let counter = Counter(key: key, model: model)
        defer { served[counter, default: 0] += 1 }
        return served[counter, default: 0]
      }
      return turn < answers.count ? answers[turn].content : last.content
    }
    return nil
  }
}
