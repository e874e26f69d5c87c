import ArgumentParser
import PortcullisCore
import PortcullisGate
import PortcullisReports
import PortcullisStore

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Any report of any decided run, from its records.",
    discussion: """
      EXAMPLES
        portcullis report latest
        portcullis report 7f3a --format markdown > summary.md
        portcullis report latest~1 --format junit
      """)

  @Argument(help: ArgumentHelp("A run: an id, a unique beginning of one, latest or latest~1.", valueName: "run"))
  var name = "latest"

  @Option(help: ArgumentHelp("terminal, json, junit or markdown.", valueName: "format"))
  var format = "terminal"

  @Flag(help: "The same as --format json.")
  var json = false

  @OptionGroup var place: StorePlace

  private var chosen: ReportFormat { get throws { json ? .json : try ReportFormat(word: format) } }

  func validate() throws { _ = try chosen }

  func run() throws {
    let store = try place.open()
    let record = try store.run(named: name)
    guard let decided = try store.latestDecision(of: record) else {
      throw CommandFailure(
        "run \(record.id) has no decision",
        help: record.kind == .run ? "'export trials' shows what it recorded" : "run 'portcullis gate' again: it goes on and decides",
        code: .badInput)
    }
    guard let decision = Decision(json: decided.body) else {
      throw CommandFailure("the decision of run \(record.id) was written by another version of portcullis", code: .badInput)
    }
    let input = try store.reportInput(decision, of: record, notes: ["decided \(decided.decidedAt)"], worst: 10)
    let terminal = TerminalFacts(1)
    var sink = DescriptorSink(descriptor: 1)
    do {
      try render(try chosen, input, style: TerminalStyle(isColoured: terminal.hasColour, width: terminal.width), to: &sink)
      try sink.flush()
      try store.close()
    } catch is DescriptorSink.Failed {
      throw Exit(code: .cannotWrite)
    }
  }
}
