import ArgumentParser
import Glibc
import PortcullisCalculator
import PortcullisCore
import PortcullisStatistics

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "The statistics as a calculator: one rate, or JSON lines in and out.",
    discussion: """
      EXAMPLES
        Is a pass rate of at least 90 % shown?
          portcullis stats 47/50 --min 0.9
        Every statistic, and one with its inputs and outputs:
          portcullis stats --list
          portcullis stats --list wilson
        A stream: one JSON line in, one line out, in order:
          echo '{"id":1,"method":"wilson","inputs":{"x":47,"n":50,"alpha":0.05}}' |
            portcullis stats

      A line with 'method' asks a statistic, a line with 'op' a gate (offline,
      canary.open, canary.feed, canary.close). A malformed line answers
      {"id":…,"error":"…"} and the stream goes on; its end ends the command with 0.
      With --min the exit code is the verdict: 0 pass, 98 inconclusive, 99 fail.
      """)

  @Argument(help: ArgumentHelp("Passes of trials, as in 47/50; with --list a method's name. None: a stream.", valueName: "rate"))
  var subject: String?

  @Option(name: .customLong("min"), help: ArgumentHelp("The least true rate accepted, as in 0.9 or 90%.", valueName: "share"))
  var least: String?

  @Option(help: ArgumentHelp("One-sided error rate of each limit (default: 0.05).", valueName: "share"))
  var alpha: String?

  @Flag(name: .customLong("list"), help: "Print the statistics there are, or the one named.")
  var lists = false

  @Flag(help: "Print the rate or the list as JSON.")
  var json = false

  func validate() throws {
    if lists {
      if least != nil || alpha != nil { throw ValidationError("--list takes neither --min nor --alpha") }
    } else if let subject {
      _ = try rate(subject)
      _ = try wanted
    } else {
      for (name, isGiven) in [("--min", least != nil), ("--alpha", alpha != nil), ("--json", json)] where isGiven {
        throw ValidationError("\(name) needs a rate, as in 'portcullis stats 47/50'")
      }
    }
  }

  func run() throws {
    if lists { return try list() }
    guard let subject else { return answerLines() }
    let rate = try rate(subject)
    let wanted = try wanted
    say(json ? rate.json(min: wanted).prettyText : rate.sentence(min: wanted))
    guard let wanted else { return }
    switch rate.verdict(min: wanted) {
    case .pass: return
    case .inconclusive: throw Exit(code: .inconclusive)
    case .fail: throw Exit(code: .fail)
    }
  }

  private func rate(_ text: String) throws -> SingleRate {
    let error = try alpha.map { try share($0, "--alpha") } ?? 0.05
    guard (1e-12...0.5).contains(error) else { throw ValidationError("--alpha is '\(alpha ?? "")'; it must be above 0 and at most 0.5") }
    do throws(InputProblem) { return try SingleRate(parsing: text, alpha: error) } catch {
      let isWord = MethodCatalogue.method(named: text) != nil
      throw ValidationError(error.description + (isWord ? "; 'portcullis stats --list \(text)' shows the method of that name" : ""))
    }
  }

  private var wanted: Double? {
    get throws {
      guard let least else { return nil }
      let share = try share(least, "--min")
      guard share > 0, share < 1 else { throw ValidationError("--min is '\(least)'; it must be above 0 and below 1: no trials prove more") }
      return share
    }
  }

  private func share(_ text: String, _ option: String) throws -> Double {
    do throws(UnitProblem) { return try parseShare(text) } catch {
      throw ValidationError("\(option): \(visible(error.message))" + (error.help.map { "; \($0)" } ?? ""))
    }
  }

  private func list() throws {
    guard let subject else { return say(json ? MethodCatalogue.json.prettyText : MethodCatalogue.listing) }
    guard let method = MethodCatalogue.method(named: subject) else {
      let names = MethodCatalogue.all.map(\.name)
      throw CommandFailure(
        "unknown method '\(visible(String(subject.prefix(100))))'",
        help: nearestWord(to: String(subject.prefix(100)), among: names).map { "did you mean '\($0)'?" }
          ?? "'portcullis stats --list' shows them",
        code: .usage)
    }
    say(json ? method.json.prettyText : method.reference)
  }
}

/// Answers standard input line by line until it ends, or until nobody reads the answers.
private func answerLines() {
  if isatty(STDIN_FILENO) == 1 {
    note(
      "reading JSON lines from the terminal: {\"id\":1,\"method\":\"wilson\",\"inputs\":{\"x\":47,\"n\":50,\"alpha\":0.05}}; Ctrl-D ends")
  }
  var lines = LineBuffer()
  var conversation = Conversation()
  func answer(_ line: LineBuffer.Line) -> Bool {
    switch line {
    case .whole(let bytes): send(conversation.answer(bytes))
    case .tooLong: send(Conversation.refusal(ofLineOver: lines.bound))
    }
  }
  withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { piece in
    while true {
      let count = read(STDIN_FILENO, piece.baseAddress, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      lines.append(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      while let line = lines.next() {
        guard answer(line) else { return }
      }
    }
    if let line = lines.last() { _ = answer(line) }
  }
}

/// Writes one line at once; false where nobody reads any more. A full disk ends the process with 73, as everywhere.
private func send(_ line: [UInt8]) -> Bool {
  var bytes = (line + [UInt8(ascii: "\n")])[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      if errno == EPIPE || errno == EBADF { return false }
      note("error: standard output cannot be written: \(String(cString: strerror(errno)))")
      exit(PortcullisCore.ExitCode.cannotWrite.rawValue)
    }
    bytes = bytes.dropFirst(count)
  }
  return true
}
