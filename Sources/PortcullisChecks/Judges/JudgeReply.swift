// Reads what a judge replied, strictly: a grade that has to be guessed is no grade (reliability.md §7).
import PortcullisCore

extension Judge {
  /// `graded` with the judge's reason, or `unscored` with what is wrong with the reply.
  func read(_ reply: Completion) -> Score {
    do throws(ReplyProblem) {
      let text = try finished(reply)
      switch self.reply {
      case .json:
        let object = try soleObject(of: text)
        guard let reasoning = object["reasoning"] else { throw ReplyProblem("has no 'reasoning'") }
        guard let reason = reasoning.string else { throw ReplyProblem("'reasoning' is \(described(reasoning)), not a text") }
        guard let written = object["grade"] else { throw ReplyProblem("has no 'grade'") }
        guard let word = written.string else { throw ReplyProblem("'grade' is \(described(written)), not a word") }
        return .graded(try grade(word), reason: String(String.UnicodeScalarView(reason.unicodeScalars.prefix(1000))))
      case .label:
        let word = String(trimmed(text))
        return .graded(try grade(word), reason: "the judge replied '\(word)'")
      }
    } catch {
      return .unscored(reason: "the reply of the judge '\(name)' cannot be used: \(error.message)")
    }
  }

  private func grade(_ word: String) throws(ReplyProblem) -> Double {
    if let value = rubric.value(of: word) { return value }
    throw ReplyProblem("the grade \(quoted(word, limit: 40)) is none of \(rubric.grades.map(\.word).joined(separator: ", "))")
  }
}

private struct ReplyProblem: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

/// The text of a reply that ended by itself.
private func finished(_ reply: Completion) throws(ReplyProblem) -> String {
  if let refusal = reply.refusal { throw ReplyProblem("it is a refusal: \(quoted(refusal))") }
  switch reply.finish {
  case .stop: break
  case .length: throw ReplyProblem("it was cut at the token limit")
  case .contentFilter: throw ReplyProblem("a content filter stopped it")
  case .toolCalls: throw ReplyProblem("it is a tool call")
  case .other(let word): throw ReplyProblem("it ended with \(quoted(word, limit: 40)) instead of 'stop'")
  }
  guard reply.toolCalls.isEmpty else { throw ReplyProblem("it is a tool call") }
  guard let text = reply.text, !isBlank(text) else { throw ReplyProblem("it is empty") }
  guard text.utf8.count <= 256 << 10 else { throw ReplyProblem("it has \(text.utf8.count) bytes") }
  return text
}

/// The one JSON object of a reply, bare, in one code fence, or with words around it that hold no brace.
private func soleObject(of text: String) throws(ReplyProblem) -> JSONObject {
  let bytes = Array(text.utf8)
  let open = UInt8(ascii: "{"), close = UInt8(ascii: "}")
  guard let start = bytes.firstIndex(of: open) else { throw ReplyProblem("it holds no JSON object: \(quoted(text))") }
  var scanner = JSONScanner(Array(bytes[start...]))
  let value: JSON
  do throws(JSONError) {
    value = try scanner.value(depth: 32)
  } catch {
    throw ReplyProblem("its JSON is broken: \(error.message)")
  }
  guard let object = value.object else { throw ReplyProblem("it holds no JSON object: \(quoted(text))") }
  let before = String(decoding: bytes[..<start], as: UTF8.self)
  let after = String(decoding: bytes[(start + scanner.offset)...], as: UTF8.self)
  if after.utf8.contains(open) { throw ReplyProblem("it holds more than one JSON object") }
  if before.utf8.contains(close) || after.utf8.contains(close) { throw ReplyProblem("it holds a brace outside of its JSON object") }
  if trimmed(before).hasSuffix("[") || trimmed(after).hasPrefix("]") || trimmed(after).hasPrefix(",") {
    throw ReplyProblem("its JSON object stands inside a list")
  }
  let fences = (before: fenceCount(before), after: fenceCount(after))
  guard fences == (0, 0) || fences == (1, 1) else { throw ReplyProblem("its code fences do not surround one object") }
  return object
}

private func fenceCount(_ text: String) -> Int {
  var count = 0, run = 0
  for byte in text.utf8 {
    run = byte == UInt8(ascii: "`") ? run + 1 : 0
    if run == 3 { count += 1 }
  }
  return count
}
