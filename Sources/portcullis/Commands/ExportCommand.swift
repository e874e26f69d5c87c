import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisReports
import PortcullisStore

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes what is recorded for other tools.", subcommands: [Trials.self])

  struct Trials: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "trials",
      abstract: "A JSON line for each recorded trial: answer, attempts and scores.",
      discussion: """
        EXAMPLES
          portcullis export trials --run latest > trials.jsonl
        """)

    @Option(name: .customLong("run"), help: ArgumentHelp("An id, a unique beginning of one, latest or latest~1.", valueName: "run"))
    var name = "latest"

    @OptionGroup var place: StorePlace

    func run() throws {
      let store = try place.open()
      var trials = store.trials(of: try store.run(named: name))
      var sink = DescriptorSink(descriptor: 1)
      do {
        while let trial = try trials.next() { try sink.write(trial.exportJSON.compactText + "\n") }
        try sink.flush()
        try store.close()
      } catch is DescriptorSink.Failed {
        throw Exit(code: .cannotWrite)
      }
    }
  }
}

/// Where recorded runs are, for commands that only read them.
struct StorePlace: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of recorded runs (default: the config's, else .portcullis).", valueName: "folder"))
  var store: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The configuration file that names the store.", valueName: "file"))
  var config: String?

  private var folder: String {
    get throws { try store ?? (config ?? findConfig()).map { try storeFolder(config: $0) } ?? ".portcullis" }
  }

  func open() throws -> Store {
    let folder = try folder
    try requireStore(folder)
    return try Store.open(folder: folder)
  }

  /// nil where there is no store.
  func openExisting() throws -> Store? { Store.exists(folder: try folder) ? try open() : nil }
}

/// A command that reads records must not make a store.
func requireStore(_ folder: String) throws {
  guard Store.exists(folder: folder) else {
    throw CommandFailure(
      "there is no store in '\(visible(folder))'", help: "run 'portcullis gate' first, or name another with '--store DIR'", code: .badInput)
  }
}
