import GRDB
import PortcullisCore
import PortcullisGate

/// Reads the scores of some metrics, each stored text once; trials with the same words share one.
struct MetricReader {
  private let metrics: [String]
  private let store: Store
  private let find: RawStatement
  private var known: [Int: [MetricScore]] = [:]

  init(_ metrics: [String], store: Store, db: Database) throws {
    self.metrics = metrics
    self.store = store
    find = try RawStatement("SELECT body FROM score WHERE id = ?", in: db)
  }

  /// - Parameter row: Of the trial's scores; nil where it has none.
  mutating func read(_ row: Int?) throws -> [MetricScore] {
    guard let row, !metrics.isEmpty else { return [] }
    if let found = known[row] { return found }
    find.bind(row)
    guard try find.step() else { throw StoreError.corrupt(path: store.path, detail: "the scores of a trial cannot be read") }
    let bytes = find.bytes(0)
    find.reset()
    var scores: [MetricScore] = []
    if namesMetric(bytes) {
      guard let body = ScoreBody(stored: String(decoding: bytes, as: UTF8.self)) else {
        throw StoreError.corrupt(path: store.path, detail: "the scores of a trial cannot be read")
      }
      scores = metrics.compactMap { MetricScore($0, of: body.scores) }
    }
    known[row] = scores
    return scores
  }
}

/// Whether stored JSON may have a member named `metric`: in a text that quotes the word a backslash stands before the closing mark.
func namesMetric(_ json: [UInt8]) -> Bool {
  let word = Array("\"metric\":".utf8)
  return json.withUnsafeBytes { bytes in
    word.withUnsafeBytes { word in
      guard bytes.count >= word.count else { return false }
      return (0...bytes.count - word.count).contains { start in
        bytes[start] == word[0] && bytes[start + 1] == word[1] && bytes[start..<start + word.count].elementsEqual(word)
      }
    }
  }
}
