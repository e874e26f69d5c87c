import Foundation
import Testing

extension EndToEnd {
  /// The README shows what the program prints: its commands are run, and what stands between its markers is compared.
  @Suite struct Readme {
    private static let file = checkout.appending(path: "README.md")

    /// A command between `<!-- output: NAME -->` and `<!-- /output -->`, with the output shown below it.
    struct Block {
      let name: String
      let command: String
      let output: String
      /// Of the whole text between the fences, in the page.
      let range: Range<String.Index>
    }

    @Test func itsOutputsAreWhatTheProgramPrints() throws {
      var page = try String(contentsOf: Self.file, encoding: .utf8)
      let blocks = Self.blocks(of: page)
      #expect(blocks.map(\.name) == ["gate-block"])

      // One server for all, as a reader keeps it running, and in the order of the page: it serves repeats in turn.
      let served = try #require(
        Self.commands(in: page).first { $0.hasPrefix("portcullis replay-server ") }, "the README starts no replay server")
      let server = try ReplayServerProcess(
        try Self.words(of: served, dropping: ["--port", "8088", "&"]).dropFirst(2).map { $0 }, in: checkout)
      let store = try Scratch()
      var actual: [String] = []
      for block in blocks {
        let result = try Self.gate(block.command, server.address, store)
        #expect(result.errors.isEmpty, "\(block.name): \(result.errors)")
        #expect(result.code == 99, "\(block.name): exit code \(result.code)\n\(result.output)")
        actual.append(result.output)
      }
      let isRecording = ProcessInfo.processInfo.environment["PORTCULLIS_RECORD"] == "1"
      for (block, output) in zip(blocks, actual) where Self.steady(output) != Self.steady(block.output) {
        // Looked up again: a change of the page moves what comes after it.
        if isRecording, let place = Self.blocks(of: page).first(where: { $0.name == block.name })?.range {
          page.replaceSubrange(place, with: "$ \(block.command)\n\(output)")
        }
        Issue.record(
          isRecording
            ? "README.md: the output '\(block.name)' was recorded; look at it and run again"
            : "README.md: the output '\(block.name)' is out of date; PORTCULLIS_RECORD=1 rewrites it. It is now:\n\(output)")
      }
      if isRecording { try Data(page.utf8).write(to: Self.file, options: .atomic) }
      withExtendedLifetime(server) {}
    }

    @Test func itsScoresPassAsItSays() throws {
      let page = try String(contentsOf: Self.file, encoding: .utf8)
      let command = try #require(page.split(separator: "\n").first { $0.hasPrefix("    portcullis gate --scores ") })
      let result = try Binary.run(Array(try Self.words(of: String(command)).dropFirst()), in: checkout)
      #expect(result.code == 0)
      let quoted = try #require(page.firstMatch(of: /exit code 0: "([^"]*)"/)).1.split(separator: "…").map { Self.joined($0) }
      #expect(quoted.count == 2)
      for part in quoted { #expect(Self.joined(result.output[...]).contains(part.trimmingPrefix(", ").description), "\(part)") }
    }

    /// On one line, whatever the page's or the terminal's width.
    private static func joined(_ text: Substring) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    @Test func itIsATourOfUnder200Lines() throws {
      let lines = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count < 200)
    }

    /// Paths of ours in links and in code are there: a page that sends a newcomer to a file that was moved is worse than none.
    @Test(arguments: ["README.md", "evalsets/README.md", "recordings/README.md", "docs"]) func everyFileItNamesExists(_ place: String)
      throws
    {
      for page in try Self.pages(place) {
        let text = try String(contentsOf: page, encoding: .utf8)
        let folder = page.deletingLastPathComponent()
        for match in text.matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
          let path = folder.appending(path: String(match.1)).standardized.path
          #expect(FileManager.default.fileExists(atPath: path), "\(page.lastPathComponent) links to '\(match.1)'")
        }
        for match in text.matches(of: /`((Sources|Tests|scripts|evalsets|recordings|golden|prompts|docs)\/[A-Za-z0-9_.\/-]+)`/) {
          let path = checkout.appending(path: String(match.1)).path
          #expect(FileManager.default.fileExists(atPath: path), "\(page.lastPathComponent) names '\(match.1)'")
        }
      }
    }

    /// The table of rooms names a file to read first in each; all are there.
    @Test func theMapOfRoomsIsTheSources() throws {
      let page = try String(contentsOf: Self.file, encoding: .utf8)
      var rooms: [String] = []
      for row in page.matches(of: /\n\| `([A-Za-z]+)` \|[^|]*\| ([^|]*) \|/) {
        let room = String(row.1)
        rooms.append(room)
        for name in row.2.matches(of: /`([^`]+)`/) {
          let path = checkout.appending(path: "Sources/\(room)/\(name.1)").path
          #expect(FileManager.default.fileExists(atPath: path), "the map names \(room)/\(name.1)")
        }
      }
      let folders = try FileManager.default.contentsOfDirectory(atPath: checkout.appending(path: "Sources").path)
      // The C shims are no rooms.
      #expect(rooms.sorted() == folders.filter { $0.lowercased().hasPrefix("portcullis") }.sorted())
    }

    /// Runs a `portcullis gate …` of the page against the server, whatever its port, with records of its own.
    private static func gate(_ command: String, _ address: String, _ store: Scratch) throws -> Binary.Result {
      let words = try words(of: command)
      try #require(words.starts(with: ["portcullis", "gate"]), "'\(command)' is no gate")
      let places =
        ["candidate", "production"].flatMap { ["--set", "targets.\($0).base_url=\(address)/v1"] } + ["--store", store.url.path]
      return try Binary.run(Array(words.dropFirst()) + places, in: checkout)
    }

    private static func blocks(of page: String) -> [Block] {
      page.matches(of: /<!-- output: ([a-z-]+) -->\n```console\n(\$ ([^\n]*)\n([^`]*))```\n<!-- \/output -->/).map { match in
        Block(name: String(match.1), command: String(match.3), output: String(match.4), range: match.2.startIndex..<match.2.endIndex)
      }
    }

    private static func commands(in page: String) -> [String] {
      page.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
    }

    /// As a shell would split it, for commands without quotes; a last part with `*` becomes the files it matches.
    private static func words(of command: String, dropping dropped: [String] = []) throws -> [String] {
      try command.split(separator: " ").map(String.init).filter { !dropped.contains($0) }.flatMap { word -> [String] in
        guard word.contains("*") else { return [word] }
        let folder = (word as NSString).deletingLastPathComponent
        let ending = try #require(word.split(separator: "*").last)
        return try FileManager.default.contentsOfDirectory(atPath: checkout.appending(path: folder).path).sorted()
          .filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }
      }
    }

    /// What changes from run to run made the same: ids, durations and measured latencies.
    private static func steady(_ output: String) -> String {
      output
        .replacing(/\b[0-9a-f]{12}\b/, with: "RUN")
        .replacing(/· [0-9.]+ (ms|s) · run/, with: "· TIME · run")
        .replacing(/p50 [0-9.]+ m?s +p95 [0-9.]+ m?s/, with: "p50 TIME  p95 TIME")
    }

    private static func pages(_ place: String) throws -> [URL] {
      let url = checkout.appending(path: place)
      guard !place.hasSuffix(".md") else { return [url] }
      let names = try FileManager.default.subpathsOfDirectory(atPath: url.path).filter { $0.hasSuffix(".md") }
      return names.sorted().map { url.appending(path: $0) }
    }
  }
}
