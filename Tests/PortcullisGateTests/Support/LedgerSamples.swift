import PortcullisCore
import PortcullisGate

// Builders of ledgers: a candidate's way through the stages, day by day.

let candidateA = LedgerCandidate(digest: Digest(of: "candidate A"), name: "new")
let candidateB = LedgerCandidate(digest: Digest(of: "candidate B"), name: "other")

/// Milliseconds of noon on a day after 2026-11-01.
func noon(_ day: Double) -> Int { 1_793_534_400_000 + Int(day * 86_400_000) }

/// A ledger that grows event by event.
struct LedgerBuilder {
  private(set) var entries: [LedgerEntry] = []

  @discardableResult
  mutating func add(_ event: LedgerEvent, on day: Double) -> LedgerEntry {
    let entry = LedgerEntry(
      number: entries.count + 1, previous: entries.last?.hash ?? LedgerEntry.origin, at: noon(day), key: "key-\(entries.count)",
      event: event)
    entries.append(entry)
    return entry
  }

  @discardableResult
  mutating func decide(
    _ stage: String, _ verdict: Verdict, _ candidate: LedgerCandidate = candidateA, exit: ExitCode? = nil, waivers: [Waiver] = [],
    on day: Double
  ) -> LedgerEntry {
    add(
      .decision(
        LedgerDecision(
          stage: stage, verdict: verdict, exitCode: exit ?? ExitCode(verdict), candidate: candidate, source: "0123456789ab",
          policy: Digest(of: "policy"), decision: Digest(of: "decision \(entries.count)"), waivers: waivers)), on: day)
  }

  mutating func sign(_ decision: LedgerEntry, by name: String, stage: String = "shadow", on day: Double) {
    add(.signOff(LedgerSignOff(stage: stage, candidate: candidateA, by: name, decision: decision.hash)), on: day)
  }

  @discardableResult
  mutating func open(_ stage: String, _ decision: LedgerEntry, on day: Double) -> LedgerEntry {
    add(.promotion(LedgerPromotion(stage: stage, candidate: candidateA, by: "Ana", decision: decision.hash)), on: day)
  }

  mutating func rollBack(_ candidate: LedgerCandidate = candidateA, by name: String? = "Ana", on day: Double) {
    add(
      .rollback(LedgerRollback(candidate: candidate, by: name, reason: "refunds went wrong", source: name == nil ? "canary-1" : nil)),
      on: day)
  }

  var records: [LedgerRecord] { entries.map { LedgerRecord(json: $0.json, hash: $0.hash) } }
  var head: LedgerHead { entries.last.map { LedgerHead(entries: $0.number, hash: $0.hash) } ?? .empty }
}

/// Eight entries of every kind.
func sampleLedger() -> LedgerBuilder {
  var ledger = LedgerBuilder()
  let waiver = Waiver(
    rule: "latency", slice: Case.Tag(name: "language", value: "de"), by: "Ana", reason: "the region moves", expires: "2026-12-31")
  ledger.add(.waiver(waiver), on: 0)
  let offline = ledger.decide("offline", .pass, waivers: [waiver], on: 0)
  ledger.sign(offline, by: "Ana", on: 0.1)
  ledger.open("shadow", offline, on: 0.2)
  ledger.decide("shadow", .inconclusive, on: 1)
  ledger.decide("offline", .fail, candidateB, on: 1.5)
  ledger.rollBack(candidateB, by: nil, on: 1.6)
  ledger.rollBack(on: 2)
  return ledger
}
