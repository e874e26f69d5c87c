import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStatistics

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
  /// Their id came before with other content; the first of them, and how many there are.
  private(set) var contradictions: [Diagnostic] = []
  private(set) var contradicted = 0

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

  /// Nobody knows which of the two is true, so neither may help a promotion.
  mutating func addContradiction(_ observation: Observation, at place: Place) {
    contradicted += 1
    guard contradictions.count < 50 else { return }
    contradictions.append(
      Diagnostic(
        .error, "the id '\(observation.id)' came before with other content", at: place, help: "give each request an id of its own"))
  }

  mutating func add(_ other: CanaryAccount) {
    counted += other.counted
    duplicates += other.duplicates
    late += other.late
    clamped += other.clamped
    refused += other.refused
    ended += other.ended
    damaged += other.damaged
    contradicted += other.contradicted
    contradictions += other.contradictions.prefix(50 - min(50, contradictions.count))
    firstRefusal = firstRefusal ?? other.firstRefusal
  }

  var total: Int { counted + duplicates + late + refused + ended + damaged + contradicted }

  /// `1200 observations: 1190 counted, 10 seen before`.
  var words: String {
    let parts: [(Int, String)] = [
      (counted, "counted"), (duplicates, "seen before"), (late, "too late"), (refused, "refused"), (ended, "after the end"),
      (damaged, "unreadable"), (contradicted, "contradictory"),
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
      ("contradicted", .int(contradicted)),
    ])
  }
}

/// The ids of a stream that were seen already with what they came with, 24 bytes each.
struct SeenIDs {
  private struct Key: Hashable {
    let high: UInt64
    let low: UInt64
  }

  enum Answer {
    case new
    case repeated
    case contradicted
  }

  private var contents: [Key: UInt64] = [:]

  mutating func see(_ observation: Observation) -> Answer {
    let id = Digest(of: observation.id).bytes, content = word(Digest(of: observation.fingerprint).bytes, 0)
    let key = Key(high: word(id, 0), low: word(id, 8))
    guard let known = contents[key] else {
      contents[key] = content
      return .new
    }
    return known == content ? .repeated : .contradicted
  }

  private func word(_ bytes: [UInt8], _ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
}

extension Observation {
  /// All that counts of it in one text: two with one id and another fingerprint contradict each other.
  var fingerprint: String {
    let numbers: [Int?] = [
      latency?.microseconds, ttft?.microseconds, tokens.input, tokens.output, tokens.cachedInput, tokens.reasoning, costMicro,
    ]
    let texts: [String?] = [
      id, canonicalNumber(time), "\(arm.rawValue)", cluster, failure?.rawValue, cacheHit.map { $0 ? "1" : "0" }, score.map(canonicalNumber),
      feedback.map(canonicalNumber), segment, feature, type, model, version,
    ]
    // No text of an observation holds a control character, so that nothing but a separator is one.
    return (texts.map { $0 ?? "" } + numbers.map { $0.map(String.init) ?? "" }).joined(separator: "\u{1F}")
  }
}
