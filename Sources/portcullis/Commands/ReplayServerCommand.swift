import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisModels
import PortcullisServer

struct ReplayServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay-server",
    abstract: "Serves recordings as an OpenAI-compatible endpoint on loopback.",
    discussion: """
      EXAMPLES
        portcullis replay-server recordings/support/*.jsonl \\
          -e evalsets/support --port 8088

      Prints its address as its first line and stops on SIGTERM. A request is
      answered by its digest, else by the case of -e whose messages it ends with;
      a recording that names a model answers only for that model; repeats are
      served in their order, the last one again.
      """)

  @Argument(help: ArgumentHelp("Recording files (JSON Lines).", valueName: "recordings"))
  var files: [String]

  @Option(
    name: [.customShort("e"), .long], help: ArgumentHelp("Evalsets whose cases the recordings answer; repeatable.", valueName: "path"))
  var evalset: [String] = []

  @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
  var port = 0

  @Option(name: [.short, .long], help: ArgumentHelp("The configuration file (its folder may be named by evalsets).", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp("Append a JSON line for each request: what a client claims to have asked can be held against it.", valueName: "file")
  )
  var log: String?

  func validate() throws {
    if !(0...65535).contains(port) { throw ValidationError("--port is \(port); it must be within 0 and 65535") }
  }

  func run() async throws {
    let folder = (config ?? findConfig()).map(folder(of:)) ?? ""
    let project = try ProjectFiles(root: folder.isEmpty ? "." : folder)
    let loaded = try loadRecordings(at: files, project: project)
    for (field, count) in loaded.ignored { note("note: the field '\(visible(field))' was ignored in \(plural(count, "recording"))") }
    let evalsets = try evalset.map { try loadEvalset(at: $0, project: project, isScored: false) }
    let lookup = try ReplayLookup(table: RecordingTable(loaded.recordings), evalsets: evalsets)
    do {
      let log = try log.map { try RequestLog(path: $0) }
      let server = ReplayServer { query in
        let found = lookup(query)
        log?.add(query, isFound: found != nil)
        return found
      }
      try await server.run(port: port) { port in say("http://127.0.0.1:\(port)") }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      let isTaken = "\(error)".contains("errno: 98")  // NIO's words for EADDRINUSE
      throw CommandFailure(
        isTaken ? "port \(port) is taken" : "the server cannot run on port \(port): \(visible("\(error)"))",
        help: "name another port, or 0 for a free one",
        code: .cannotWrite)
    }
  }
}
