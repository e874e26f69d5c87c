import PortcullisCore

/// The stream of `portcullis stats`: each line in gives one line out, whatever it holds, and the canaries that are open between them.
///
/// Source: reference/decision-protocol.md.
package struct Conversation: Sendable {
  private var canaries = CanaryDesk()

  package init() {}

  /// Values in a line, beyond which it is refused before it is read: what it would take in memory is bounded so.
  static let mostValues = 4_000_000

  /// The answer to one line, without its end; never throws and never stops the stream.
  package mutating func answer(_ line: [UInt8]) -> [UInt8] {
    if let quick = OfflineLine(line) {
      let id = quick.object["id"] ?? .null
      return reply(id) { try decideOffline(quick.object, lists: quick.lists) }
    }
    let read = Result { () throws(InputProblem) -> JSONObject in try object(line) }
    switch read {
    case .failure(let problem): return reply(.null) { throw problem }
    case .success(let object):
      return reply(object["id"] ?? .null) { try answer(object) }
    }
  }

  /// The answer to a line that was too long to be kept.
  package static func refusal(ofLineOver bytes: Int) -> [UInt8] {
    errorLine(id: .null, "the line is longer than \(bytes >> 20) MB: send the counts, or the lists in smaller parts")
  }

  private func object(_ line: [UInt8]) throws(InputProblem) -> JSONObject {
    if line.count > Self.mostValues {
      let separators = line.reduce(0) { $1 == UInt8(ascii: ",") ? $0 + 1 : $0 }
      guard separators < Self.mostValues else { throw InputProblem("the line holds more than \(Self.mostValues) values") }
    }
    do {
      guard let object = try JSON(parsing: line).object else { throw InputProblem("the line is no JSON object") }
      return object
    } catch let error as JSONError {
      throw InputProblem("the line is no JSON object: \(visible(error.description))")
    } catch let problem as InputProblem {
      throw problem
    } catch {
      throw InputProblem("the line is no JSON object")
    }
  }

  private mutating func answer(_ request: JSONObject) throws -> Outputs {
    switch (request["op"], request["method"]) {
    case (.some, .some): throw InputProblem("'op' asks a gate and 'method' a statistic; send one of them")
    case (let op?, nil): return try decide(op, request)
    case (nil, let method?): return ["outputs": try compute(method, request)]
    case (nil, nil): throw InputProblem("the line has neither 'method' nor 'op'")
    }
  }

  private func compute(_ name: JSON, _ request: JSONObject) throws -> JSON {
    guard let word = name.string else { throw InputProblem("'method' is \(excerpt(name)); it must be the name of a method") }
    guard let method = MethodCatalogue.method(named: word) else {
      throw InputProblem(
        "unknown method \(quoted(word))" + hint(word, among: MethodCatalogue.all.map(\.name), else: "'portcullis stats --list' shows them"))
    }
    try refuseOthers(request, than: ["id", "method", "inputs"])
    guard let inputs = request["inputs"] else { throw InputProblem("'inputs' is missing: an object with the inputs of '\(word)'") }
    guard let object = inputs.object else { throw InputProblem("'inputs' is \(excerpt(inputs)); it must be an object") }
    return .object(try method.answer(object).map { ($0.key, $0.value) })
  }

  private mutating func decide(_ op: JSON, _ request: JSONObject) throws -> Outputs {
    let known = ["offline", "canary.open", "canary.feed", "canary.close"]
    switch op.string {
    case "offline": return try decideOffline(request, lists: nil)
    case "canary.open": return try canaries.open(request)
    case "canary.feed": return try canaries.feed(request)
    case "canary.close": return try canaries.close(request)
    case let word?:
      throw InputProblem("unknown op \(quoted(word))" + hint(word, among: known, else: "known: \(known.joined(separator: ", "))"))
    case nil: throw InputProblem("'op' is \(excerpt(op)); it must be one of \(known.joined(separator: ", "))")
    }
  }

  /// Writes what a request gives, or what is wrong with it.
  private func reply(_ id: JSON, _ body: () throws -> Outputs) -> [UInt8] {
    do {
      return JSON.object([("id", id)] + (try body()).map { ($0.key, $0.value) }).compactBytes
    } catch let problem as InputProblem {
      return Self.errorLine(id: id, problem.description)
    } catch {
      return Self.errorLine(id: id, "internal error: \(visible("\(error)"))")
    }
  }

  private static func errorLine(id: JSON, _ message: String) -> [UInt8] {
    JSON.object([("id", id), ("error", .string(message))]).compactBytes
  }
}

/// Throws for a member of a request that is none of these: a misspelt one that is skipped would be taken for its default.
func refuseOthers(_ request: JSONObject, than names: [String]) throws {
  for member in request.members where !names.contains(where: { sameBytes($0, member.name) }) {
    throw InputProblem(
      "unknown key \(quoted(member.name))" + hint(member.name, among: names, else: "known: \(names.joined(separator: ", "))"))
  }
}

/// `; did you mean 'x'?`, or what else helps.
func hint(_ word: String, among choices: [String], else fallback: String) -> String {
  // The distance of words grows with the product of their lengths.
  if word.utf8.count <= 100, let nearest = nearestWord(to: word, among: choices) { return "; did you mean '\(nearest)'?" }
  return "; \(fallback)"
}
