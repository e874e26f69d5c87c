import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// `portcullis stats`: one rate, the list of methods, and the stream of lines.
  @Suite struct Stats {
    @Test(arguments: [
      (["47/50", "--min", "0.9"], 98 as Int32, "Undecided: 47 of 50 is 94 %, "),
      (["47/50", "--min", "80%"], 0, "Pass: 47 of 50 is 94 %, "),
      (["47/50", "--min", "0.99"], 99, "Fail: 47 of 50 is 94 %, "), (["47/50"], 0, "47 of 50 is 94 %; Wilson interval 85.9 % to 97.6 %, "),
      (["29/29", "--min", "0.9"], 0, "Pass: 29 of 29 is 100 %, "), (["28/28", "--min", "0.9"], 98, "Undecided: 28 of 28 is 100 %, "),
      (["28/28", "--min", "0.9", "--alpha", "10%"], 0, "Pass: 28 of 28 is 100 %, "),
    ])
    func aRateIsAnsweredInOneSentenceAndTheCodeIsTheVerdict(_ row: (arguments: [String], code: Int32, begins: String)) throws {
      let result = try Self.run(row.arguments)
      #expect(result.code == row.code && result.errors.isEmpty)
      #expect(result.output.hasPrefix(row.begins) && result.output.split(separator: "\n").count == 1, "\(result.output)")
    }

    @Test func aRateAsJSONHasTheSameCode() throws {
      let result = try Self.run(["47/50", "--min", "0.9", "--json"])
      #expect(result.code == 98)
      #expect(member(result.output, "verdict") as? String == "inconclusive")
      #expect(member(result.output, "schema") as? String == "portcullis.stats/1")
    }

    @Test(arguments: [
      (["51/50"], "'51/50' has more passes than trials"), (["0/0"], "'0/0' has no trial"), (["a/b"], "'a/b' is no rate"),
      (["47/50", "--min", "1.2"], "--min: '1.2' is not within 0 and 1"),
      (["47/50", "--min", "0"], "--min is '0'; it must be above 0 and below 1"),
      (["47/50", "--min", "nan"], "--min: 'nan' is no share"), (["47/50", "--alpha", "0.7"], "--alpha is '0.7'; it must be above 0"),
      (["47/50", "--alpha", "x"], "--alpha: 'x' is no share"), (["--min", "0.9"], "--min needs a rate"),
      (["--json"], "--json needs a rate"),
      (["wilson"], "'portcullis stats --list wilson' shows the method of that name"), (["--list", "--min", "0.9"], "--list takes neither"),
      (["--list", "wilsn"], "did you mean 'wilson'?"), (["47/50", "48/50"], "48/50"),
    ])
    func whatCannotBeMeantIsUsage(_ row: (arguments: [String], says: String)) throws {
      let result = try Self.run(row.arguments)
      #expect(result.code == 64 && result.output.isEmpty)
      #expect(result.errors.contains(row.says), "\(result.errors)")
    }

    @Test func theListShowsEveryMethodAndOneInFull() throws {
      let list = try Self.run(["--list"])
      #expect(list.code == 0 && list.errors.isEmpty)
      #expect(list.output.contains("\nOne proportion (§3, §6)\n  wilson"))
      let one = try Self.run(["--list", "wilson"])
      #expect(one.code == 0)
      #expect(
        one.output == """
          wilson: The true rates consistent with a count, for reports.

          Inputs
            x (required): successes, at most n; a whole number from 0 to 1000000000
            n (required): trials; a whole number from 0 to 1000000000
            alpha (required): error rate of both ends together, half at each; a number from 1e-12 to 1

          Outputs
            lo: lower end; null where n = 0
            hi: upper end; null where n = 0

          Source
            reference/statistics.md §3; E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953

          """)
      let json = try Self.run(["--list", "--json"])
      let groups = try #require(member(json.output, "groups") as? [[String: Any]])
      #expect(groups.flatMap { $0["methods"] as? [Any] ?? [] }.count == list.output.split(separator: "\n").count { $0.hasPrefix("  ") })
      #expect(member(try Self.run(["--list", "wilson", "--json"]).output, "name") as? String == "wilson")
    }

    @Test func eachLineIsAnsweredBeforeTheNextComes() throws {
      let stream = try Stream()
      for passed in 0...3 {
        try stream.send("{\"id\":\(passed),\"method\":\"clopper_pearson\",\"inputs\":{\"x\":\(passed),\"n\":3,\"alpha\":0.05}}\n")
        #expect(try stream.line().hasPrefix("{\"id\":\(passed),\"outputs\":{\"lo\":"))
      }
      try stream.send("what?\n")
      #expect(try stream.line().hasPrefix("{\"id\":null,\"error\":\"the line is no JSON object: "))
      try stream.send(
        "{\"id\":\"last\",\"op\":\"offline\",\"kind\":\"paired_binary\",\"margin\":0.03,\"alpha\":0.05,\"candidate\":[],\"production\":[]}")
      stream.endInput()
      #expect(try stream.line().hasPrefix("{\"id\":\"last\",\"verdict\":\"INCONCLUSIVE\""))
      #expect(stream.end() == 0 && stream.errors.isEmpty)
    }

    @Test func theEndOfInputAloneEndsWithNothingSaid() throws {
      let result = try Self.run([])
      #expect(result.code == 0 && result.output.isEmpty && result.errors.isEmpty)
    }

    @Test func aReaderThatLeavesEndsItQuietly() throws {
      let stream = try Stream()
      stream.stopReading()
      // The first answer finds nobody; the writer here then finds nobody either.
      while (try? stream.send("{}\n")) != nil {}
      #expect(stream.end() == 0 && stream.errors.isEmpty)
    }

    @Test func aLineOfManyMegabytesIsAnswered() throws {
      let stream = try Stream()
      let ones = "[" + String(repeating: "1,", count: 999_999) + "1]"
      let line =
        "{\"id\":1,\"op\":\"offline\",\"kind\":\"paired_graded\",\"margin\":0.03,\"alpha\":0.05,\"candidate\":\(ones),\"production\":\(ones)}\n"
      try stream.send(line)
      #expect(try stream.line().hasPrefix("{\"id\":1,\"verdict\":\"PASS\""))
      try stream.send("{\"id\":2,\"method\":\"holm\",\"inputs\":{\"p\":\(ones)}}\n")
      #expect(try stream.line().hasPrefix("{\"id\":2,\"outputs\":"))
      stream.endInput()
      #expect(stream.end() == 0)
    }

    @Test func aTerminalIsToldWhatIsWaitedFor() throws {
      let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var (lock, number) = (Int32(0), Int32(0))
      // TIOCSPTLCK and TIOCGPTN, which Glibc's module does not name.
      try #require(terminal >= 0 && ioctl(terminal, 0x4004_5431, &lock) == 0 && ioctl(terminal, 0x8004_5430, &number) == 0)
      let side = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
      try #require(side >= 0)
      let stream = try Stream(input: FileHandle(fileDescriptor: side, closeOnDealloc: true))
      _ = "\u{04}".withCString { write(terminal, $0, 1) }
      #expect(stream.end() == 0)
      #expect(stream.errors.hasPrefix("reading JSON lines from the terminal: {\"id\":1,") && stream.errors.hasSuffix("Ctrl-D ends\n"))
      close(terminal)
    }

    private static func run(_ arguments: [String]) throws -> Binary.Result {
      let scratch = try Scratch()
      return try withExtendedLifetime(scratch) { try Binary.run(["stats"] + arguments, in: scratch.url) }
    }
  }
}

/// A running `portcullis stats` and both ends of its stream.
private final class Stream {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let failures = Pipe()
  private var kept: [UInt8] = []

  /// - Parameter other: Read in place of what `send` writes.
  init(input other: FileHandle? = nil) throws {
    signal(SIGPIPE, SIG_IGN)
    process.executableURL = Binary.url
    process.arguments = ["stats"]
    process.environment = ["LANG": "C.UTF-8"]
    process.standardInput = other ?? input
    process.standardOutput = output
    process.standardError = failures
    try process.run()
  }

  func send(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  func endInput() { try? input.fileHandleForWriting.close() }

  func stopReading() { try? output.fileHandleForReading.close() }

  /// The next line of output, waited for.
  func line() throws -> String {
    while true {
      if let end = kept.firstIndex(of: UInt8(ascii: "\n")) {
        defer { kept.removeSubrange(...end) }
        return String(decoding: kept[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      try #require(!more.isEmpty, "the stream ended: \(errors)")
      kept.append(contentsOf: more)
    }
  }

  /// The exit code, or 128 and the signal that ended it.
  func end() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }

  /// What it wrote to standard error; once, after its end.
  lazy var errors: String = String(decoding: failures.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
}
