import Foundation

/// A running `portcullis stats`: lines in, lines out.
final class Gate: Sendable {
  private let process: Process
  private let input: Int32
  private let output: Int32

  init(_ path: String) throws {
    let (questions, answers) = (Pipe(), Pipe())
    process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["stats"]
    process.standardInput = questions
    process.standardOutput = answers
    try process.run()
    input = dup(questions.fileHandleForWriting.fileDescriptor)
    output = dup(answers.fileHandleForReading.fileDescriptor)
    for descriptor in [input, output] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    // The other ends are the process's alone: its end must be seen.
    for handle in [
      questions.fileHandleForWriting, questions.fileHandleForReading, answers.fileHandleForReading, answers.fileHandleForWriting,
    ] {
      try? handle.close()
    }
  }

  /// Sends lines, each with its end, and waits for as many answers. Both must fit into a pipe.
  func ask(_ lines: [UInt8], answers count: Int) throws -> [Answer] {
    var rest = lines[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      guard sent > 0 else { throw Broken(description: "portcullis stats takes no more lines: \(String(cString: strerror(errno)))") }
      rest = rest.dropFirst(sent)
    }
    var bytes: [UInt8] = []
    var seen = 0
    while seen < count {
      let start = bytes.count
      let got = try withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { piece in
        let got = read(output, piece.baseAddress, piece.count)
        guard got > 0 else { throw Broken(description: "portcullis stats ended before it answered") }
        bytes.append(contentsOf: piece[..<got])
        return got
      }
      seen += bytes[start..<(start + got)].count { $0 == UInt8(ascii: "\n") }
    }
    return bytes.split(separator: UInt8(ascii: "\n")).map { Answer(text: String(decoding: $0, as: UTF8.self)) }
  }

  /// Ends it by the end of its input.
  func end() throws {
    close(input)
    process.waitUntilExit()
    close(output)
    guard process.terminationStatus == 0 else { throw Broken(description: "portcullis stats ended with \(process.terminationStatus)") }
  }
}

struct Broken: Error, CustomStringConvertible {
  let description: String
}

/// One line of the command.
struct Answer {
  let text: String

  func verdict() throws -> Verdict {
    guard let word = value("verdict"), let verdict = Verdict(rawValue: word) else { throw Broken(description: "no verdict: \(text)") }
    return verdict
  }

  func state() throws -> String {
    guard let word = value("state") else { throw Broken(description: "no state: \(text)") }
    return word
  }

  /// Hours of the request or check that decided.
  var decidedAt: Double? { value("decided_at").flatMap(Double.init) }

  /// A member's text or number; answers are flat.
  private func value(_ name: String) -> String? {
    guard let key = text.range(of: "\"\(name)\":") else { return nil }
    return String(text[key.upperBound...].drop { $0 == "\"" }.prefix { $0 != "\"" && $0 != "," && $0 != "}" })
  }
}

enum Verdict: String, Sendable {
  case pass = "PASS"
  case fail = "FAIL"
  case inconclusive = "INCONCLUSIVE"
}

/// How one run ended.
struct Outcome: Sendable {
  let verdict: Verdict
  /// Hours of the decision; nil offline and while undecided.
  var hours: Double?
}
