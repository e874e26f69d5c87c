import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

struct RollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Records that a candidate was taken back: every stage closes to it.",
    discussion: """
      EXAMPLES
        portcullis rollback --by "Ana Silva" --reason "refunds went wrong"
        portcullis rollback sha256:12ab34cd56ef --by oncall --reason "P1 4711"

      Passes from before a rollback open nothing any more: the candidate has to
      pass every stage again. The traffic itself is moved by whoever serves it.
      """)

  @Argument(
    help: ArgumentHelp("A target's name, provider:model[@base_url], or a digest (default: the config's candidate).", valueName: "candidate")
  )
  var candidate: String?

  @Option(help: ArgumentHelp("Who takes it back.", valueName: "name"))
  var by: String

  @Option(help: ArgumentHelp("Why.", valueName: "text"))
  var reason: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("As for the gate: targets.NAME.KEY=VALUE; repeatable.", valueName: "assignment"))
  var sets: [String] = []

  @OptionGroup var place: StorePlace

  @Flag(help: "Print the entry as JSON on standard output.")
  var json = false

  func run() throws {
    let by = try personsName(by)
    if let trouble = problem(inReason: reason) { throw CommandFailure("--reason: \(trouble)", help: "say why", code: .usage) }
    let choice = CandidateChoice(config: place.config ?? findConfig(), sets: sets)
    let store = try place.open()
    let (earlier, noted) = try store.decideOnLedger { ledger in
      try requireWhole(ledger)
      return try decide(try choice.find(candidate, in: ledger.entries), ledger.entries, by: by)
    }
    let entry = earlier ?? noted[0].entry
    if json {
      say(LedgerRecord(json: entry.json, hash: entry.hash).line.prettyText)
    } else {
      say((earlier == nil ? "rolled back  " : "already rolled back  ") + entry.row[3] + "\n  entry \(entry.number), \(entry.hash)")
    }
    try store.close()
  }

  /// One rollback for each way through the stages: the entry that is there already, or what to write.
  private func decide(
    _ candidate: LedgerCandidate, _ entries: [LedgerEntry], by: String
  ) throws -> (answer: LedgerEntry?, events: [(event: LedgerEvent, key: String)]) {
    let own = entries.filter { $0.event.candidate?.digest == candidate.digest }
    guard let last = own.last else {
      throw CommandFailure(
        "the ledger holds nothing of \(visible(candidate.name)) (\(candidate.short))",
        help: "a candidate enters it with its first decision: 'portcullis history' lists them", code: .badInput)
    }
    if case .rollback = last.event { return (last, []) }
    let event = LedgerEvent.rollback(LedgerRollback(candidate: candidate, by: by, reason: reason))
    return (nil, [(event, "rollback:\(candidate.digest.hex):\(last.number)")])
  }
}
