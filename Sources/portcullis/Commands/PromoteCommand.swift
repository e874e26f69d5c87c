import ArgumentParser
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisStore

struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Opens the next stage for a candidate, or says what is missing.",
    discussion: """
      EXAMPLES
        portcullis promote --stage shadow --by "Ana Silva"
        portcullis promote --stage canary --by ci --set targets.candidate.model=$MODEL
        portcullis promote --stage production --sign --by "Ana Silva"
        portcullis promote sha256:12ab34cd56ef --stage production --by ci --json

      A stage opens only on a fresh pass of the stage before it for the same
      candidate, with no later fail and no rollback of it; 'policy.promotion'
      says which stages, how fresh, and how many people must sign the decision.
      --sign adds the signature of --by and then opens if nothing is missing.

      EXIT CODES
        0 open, 98 not yet (what is missing is told), 99 refused because of a
        fail or a rollback, 65 unknown candidate or a ledger that was changed
      """)

  @Argument(
    help: ArgumentHelp("A target's name, provider:model[@base_url], or a digest (default: the config's candidate).", valueName: "candidate")
  )
  var candidate: String?

  @Option(help: ArgumentHelp("What to open: shadow, canary or production.", valueName: "stage"))
  var stage: String

  @Option(help: ArgumentHelp("Who opens or signs.", valueName: "name"))
  var by: String

  @Flag(help: "Sign the decision that opens the stage.")
  var sign = false

  @Option(
    name: .customLong("set"), help: ArgumentHelp("As for the gate: targets.NAME.KEY=VALUE; repeatable.", valueName: "assignment"))
  var sets: [String] = []

  @OptionGroup var place: StorePlace

  @Flag(help: "Print the answer as JSON on standard output.")
  var json = false

  func run() throws {
    let by = try personsName(by)
    let config = place.config ?? findConfig()
    let policy = try config.map { try promotionPolicy(config: $0) } ?? .standard
    guard policy.stages(before: stage) != nil else {
      throw CommandFailure(
        "'\(visible(stage))' is no stage that can be opened", help: suggestion(for: stage, among: policy.doors), code: .usage)
    }
    let store = try place.open()
    let choice = CandidateChoice(config: config, sets: sets)
    let now = WallTime.now
    let (decided, noted) = try store.decideOnLedger(at: now) { ledger in
      try requireWhole(ledger)
      let candidate = try choice.find(candidate, in: ledger.entries)
      return decide(candidate, ledger.entries, policy, by: by, at: now.milliseconds)
    }
    let entry = noted.last { $0.isNew && $0.entry.event.kind == "promotion" }?.entry
    say(
      json
        ? decided.opening.json(name: decided.candidate.name, noted: entry).prettyText
        : decided.opening.text(name: decided.candidate.name, noted: entry))
    try store.close()
    throw Exit(code: decided.opening.exitCode)
  }

  /// The answer with the signature in it, and what it writes: the signature where it is new, and the opened stage unless the same decision opened it.
  private func decide(
    _ candidate: LedgerCandidate, _ entries: [LedgerEntry], _ policy: PromotionPolicy, by: String, at now: Int
  ) -> (answer: (opening: Opening, candidate: LedgerCandidate), events: [(event: LedgerEvent, key: String)]) {
    var opening = mayOpen(stage, candidate: candidate.digest, entries: entries, at: now, policy: policy)
    var events: [(event: LedgerEvent, key: String)] = []
    if sign, let evidence = opening.evidence, opening.lacksOnlySignatures,
      !opening.signed.contains(where: { foldedName($0) == foldedName(by) })
    {
      let signature = LedgerEvent.signOff(
        LedgerSignOff(stage: stage, candidate: candidate, by: by, decision: evidence.hash))
      let key = "sign-off:\(stage):\(evidence.hash.hex):\(foldedName(by))"
      events.append((signature, key))
      let signed = LedgerEntry(number: entries.count + 1, previous: LedgerEntry.origin, at: now, key: key, event: signature)
      opening = mayOpen(stage, candidate: candidate.digest, entries: entries + [signed], at: now, policy: policy)
    }
    if opening.answer == .open, let evidence = opening.evidence, !opening.isOpenedBy(evidence) {
      let promotion = LedgerPromotion(
        stage: stage, candidate: candidate, by: by, decision: evidence.hash, signed: opening.signed, policy: policy)
      events.append((.promotion(promotion), "promotion:\(stage):\(evidence.hash.hex)"))
    }
    return ((opening, candidate), events)
  }
}

extension Opening {
  fileprivate func isOpenedBy(_ evidence: LedgerEntry) -> Bool {
    if case .promotion(let event)? = opened?.event { event.decision == evidence.hash } else { false }
  }
}
