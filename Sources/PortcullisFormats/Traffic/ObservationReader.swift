package import PortcullisCore
package import PortcullisGate

/// Reads canary observations (formats.md §8) as they come, in bounded memory: a file, a pipe, standard input.
///
/// A line that cannot be read is reported with its place and never passed over in silence: its batch says that there was one.
package final class ObservationReader {
  /// What one line holds.
  package enum Line: Sendable {
    case observation(Observation, place: Place)
    /// It could not be read. Its name is the same whenever the same bytes come again, and no observation's id looks like it.
    case damaged(name: String)

    /// What tells it from every other line.
    package var id: String {
      switch self {
      case .observation(let observation, _): observation.id
      case .damaged(let name): name
      }
    }
  }

  /// Keys that observations do not have, with how often they were met: ignored, and worth a line.
  package private(set) var ignored: [String: Int] = [:]
  /// Of the input so far: lines that hold more than blanks.
  package private(set) var lines = 0
  /// The moment of hour 0 in microseconds since 1970; nil where the stream gives hours and nobody named a start.
  package var start: Int? { clock.start }
  private let problems: FileProblems
  private let reader: LineReader
  private let isLive: Bool
  private var clock: TrafficClock
  private var hasEnded = false
  /// An observation is a few hundred bytes; whatever is longer is something else.
  private static let longestLine = 1 << 20

  /// - Parameters:
  ///   - start: Microseconds since 1970 at hour 0; nil: the first time of the stream.
  ///   - isLive: Whether the input may still be written to: then a last line that is cut off is a warning, and no damage.
  ///   - list: Gets a problem for each line that cannot be read.
  package init(_ source: ByteStream, start: Int?, isLive: Bool, _ list: ProblemList) {
    problems = FileProblems(file: source.shown, list)
    reader = LineReader(source, limit: Self.longestLine)
    self.isLive = isLive
    clock = TrafficClock(start: start)
  }

  /// What is there now, at most `limit` lines, waiting for the first; nil at the end. Throws what makes the rest unreadable.
  package func next(limit: Int = 1000) throws(Diagnostic) -> [Line]? {
    var batch = [Line]()
    var taken = 0
    while taken == 0 || taken < limit && reader.holdsWholeLine {
      let line: (bytes: [UInt8], line: Int)
      do throws(Diagnostic) {
        guard !hasEnded, let next = try reader.next() else {
          hasEnded = true
          return taken == 0 ? nil : batch
        }
        line = next
      } catch {
        guard error.place?.line != nil else { throw error }
        problems.list.add(error)
        batch.append(.damaged(name: Self.name(ofDamaged: Array(error.description.utf8))))
        taken += 1
        continue
      }
      lines += 1
      taken += 1
      if let observation = read(line.bytes, line.line) {
        batch.append(.observation(observation, place: Place(file: problems.file, line: line.line)))
      } else if !(isLive && reader.isLastUnfinished) {
        batch.append(.damaged(name: Self.name(ofDamaged: line.bytes)))
      }
    }
    return batch
  }

  private static func name(ofDamaged bytes: [UInt8]) -> String { " line " + Digest(of: bytes).hex }

  private func read(_ bytes: [UInt8], _ line: Int) -> Observation? {
    let node: Node
    let before = problems.list.errorCount
    do throws(Diagnostic) {
      node = try readJSON(bytes, firstLine: line, problems: problems)
    } catch {
      problems.list.add(explained(bytes, line) ?? error)
      return nil
    }
    guard var fields = FieldReader(node, "the observation", problems) else { return nil }
    let observation = observation(&fields)
    guard problems.list.errorCount == before else { return nil }
    for entry in fields.rest() { count(entry.key) }
    return observation
  }

  /// What a line that is no JSON was meant to be; nil where JSON's own words say it best.
  private func explained(_ bytes: [UInt8], _ line: Int) -> Diagnostic? {
    let place = Place(file: problems.file, line: line)
    if reader.isLastUnfinished {
      return Diagnostic(
        isLive ? .warning : .error, "the last line is cut off", at: place,
        help: isLive ? "feed it again once the line is whole: what was counted is not counted twice" : "take it out, or let it be whole")
    }
    if let trouble = textTrouble(in: bytes) { return Diagnostic(.error, trouble.message, at: place, help: trouble.help) }
    let text = String(decoding: bytes, as: UTF8.self)
    for word in ["NaN", "Infinity"] where text.contains(word) {
      return Diagnostic(.error, "\(word) is no number of JSON, and no score", at: place, help: "write null where there is no score")
    }
    return nil
  }

  private func observation(_ fields: inout FieldReader) -> Observation? {
    let id = fields.text("id", required: true).flatMap { identifier($0, at: fields.position(of: "id")) }
    let time = time(&fields)
    let arm = fields.word("arm", among: ["candidate", "production"], required: true).flatMap(Observation.arm)
    let failure = readFailure(status: fields.node("status"), failure: fields.node("failure"), problems)
    let cost = present(fields.node("cost_micro_usd")).flatMap { problems.int($0, "cost_micro_usd", in: 0...1_000_000_000_000) }
    let (cluster, segment, feature) = (label(&fields, "cluster"), label(&fields, "segment"), label(&fields, "feature"))
    let (type, model, version) = (label(&fields, "type"), label(&fields, "model"), label(&fields, "version"))
    let (latency, ttft) = (milliseconds(&fields, "latency_ms"), milliseconds(&fields, "ttft_ms"))
    let tokens = present(fields.node("tokens")).map(tokens) ?? TokenUsage()
    let (hit, score, feedback) = (yes(&fields, "cache_hit"), score(&fields), feedback(&fields))
    guard let id, let time, let arm else { return nil }
    return Observation(
      id: id, time: time, arm: arm, cluster: cluster, failure: failure, latency: latency, ttft: ttft, tokens: tokens, costMicro: cost,
      cacheHit: hit, score: score, feedback: feedback, segment: segment, feature: feature, type: type, model: model, version: version)
  }

  private func identifier(_ text: String, at position: Position) -> String? {
    guard let trouble = problem(inID: text) else { return text }
    problems.error("'id' is '\(text)': \(trouble)", at: position)
    return nil
  }

  private func time(_ fields: inout FieldReader) -> Double? {
    fields.node("at", required: true).flatMap { node in
      problems.attempt(at: node.position) { () throws(Objection) in try clock.hours(node) }
    }
  }

  /// A lost score is null or left out. Nothing but a number from 0 to 1, or true and false, is one.
  private func score(_ fields: inout FieldReader) -> Double? {
    guard let node = present(fields.node("score")) else { return nil }
    if case .bool(let passed)? = node.scalar?.resolved { return passed ? 1 : 0 }
    return problems.number(node, "score", in: 0...1)
  }

  /// A grade from 0 to 1, or the word of a thumb.
  private func feedback(_ fields: inout FieldReader) -> Double? {
    guard let node = present(fields.node("feedback")), let scalar = node.scalar, !(scalar.style == .quoted && scalar.text.isEmpty) else {
      return nil
    }
    switch scalar.text {
    case "up", "positive", "true": return 1
    case "down", "negative", "false": return 0
    default:
      guard scalar.style == .quoted else { return problems.number(node, "feedback", in: 0...1) }
      problems.error("'feedback' is \(scalar.shown); it must be 'up', 'down' or a number from 0 to 1", at: node.position)
      return nil
    }
  }

  private func milliseconds(_ fields: inout FieldReader, _ key: String) -> Duration? {
    present(fields.node(key)).flatMap { problems.number($0, key, in: 0...1e12) }.map { .microseconds(Int64(($0 * 1000).rounded())) }
  }

  private func tokens(_ node: Node) -> TokenUsage {
    guard var fields = FieldReader(node, "'tokens'", problems) else { return TokenUsage() }
    func count(_ key: String) -> Int? {
      present(fields.node(key)).flatMap { problems.int($0, key, in: 0...1_000_000_000_000) }
    }
    let usage = TokenUsage(
      input: count("input"), output: count("output"), cachedInput: count("cached_input"), reasoning: count("reasoning"))
    for entry in fields.rest() { self.count("tokens.\(entry.key)") }
    return usage
  }

  private func yes(_ fields: inout FieldReader, _ key: String) -> Bool? {
    guard let node = present(fields.node(key)) else { return nil }
    if case .number(let number)? = node.scalar?.resolved, let value = number.int, value == 0 || value == 1 { return value == 1 }
    return problems.bool(node, key)
  }

  private func label(_ fields: inout FieldReader, _ key: String) -> String? {
    guard let node = present(fields.node(key)), let text = problems.label(node, key), !text.isEmpty else { return nil }
    guard let trouble = problem(inLabel: text) else { return text }
    problems.error("'\(key)' is '\(text)': \(trouble)", at: node.position)
    return nil
  }

  private func count(_ key: String) {
    // A stream whose keys are all different must not fill the memory.
    guard ignored[key] != nil || ignored.count < 100 else { return }
    ignored[key, default: 0] += 1
  }
}
