import PortcullisCore
import PortcullisFormats
import PortcullisGate

/// What became of the observations of one feed, so that none vanishes without a word.
struct CanaryAccount {
  private(set) var counted = 0
  /// Their id came before.
  private(set) var duplicates = 0
  /// Further back in time than the late window.
  private(set) var late = 0
  /// Counted at the time of the one before them: a clock stepped back.
  private(set) var clamped = 0
  /// No such time, score or amount can be.
  private(set) var refused = 0
  private(set) var firstRefusal: String?
  /// Came after the end; nothing changes any more.
  private(set) var ended = 0
  /// Lines that could not be read.
  var damaged = 0

  mutating func add(_ reception: Reception) {
    switch reception {
    case .counted: counted += 1
    case .clamped:
      counted += 1
      clamped += 1
    case .late: late += 1
    case .ended: ended += 1
    case .refused(let reason):
      refused += 1
      firstRefusal = firstRefusal ?? reason
    }
  }

  mutating func addDuplicate() { duplicates += 1 }

  mutating func add(_ other: CanaryAccount) {
    counted += other.counted
    duplicates += other.duplicates
    late += other.late
    clamped += other.clamped
    refused += other.refused
    ended += other.ended
    damaged += other.damaged
    firstRefusal = firstRefusal ?? other.firstRefusal
  }

  var total: Int { counted + duplicates + late + refused + ended + damaged }

  /// `1200 observations: 1190 counted, 10 seen before`.
  var words: String {
    let parts: [(Int, String)] = [
      (counted, "counted"), (duplicates, "seen before"), (late, "too late"), (refused, "refused"), (ended, "after the end"),
      (damaged, "unreadable"),
    ]
    var text = plural(total, "observation") + ": " + parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    if total == 0 { text = "no observation" }
    if clamped > 0 { text += "; of those counted \(clamped) had an earlier time than the one before (a clock stepped back)" }
    if let firstRefusal { text += "; first refusal: \(firstRefusal)" }
    return text
  }

  var json: JSON {
    .object([
      ("total", .int(total)), ("counted", .int(counted)), ("clamped", .int(clamped)), ("duplicates", .int(duplicates)),
      ("late", .int(late)),
      ("refused", .int(refused)), ("after_end", .int(ended)), ("damaged", .int(damaged)),
    ])
  }
}

/// The ids of a stream that were seen already, 16 bytes each.
struct SeenIDs {
  private struct Key: Hashable {
    let high: UInt64
    let low: UInt64
  }

  private var keys: Set<Key> = []

  /// Whether the id is new.
  mutating func insert(_ id: String) -> Bool {
    let bytes = Digest(of: id).bytes
    func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    return keys.insert(Key(high: word(0), low: word(8))).inserted
  }
}
