import PortcullisCore
import PortcullisGate
import PortcullisReports
import PortcullisStore

extension Decision {
  /// As the promotion ledger keeps it, whichever stage it is of; nil where no candidate is named.
  ///
  /// - Parameter source: The run's id, or the canary's name.
  func ledgerEntry(source: String) -> LedgerDecision? {
    guard let candidate = context.targets.first(where: { $0.arm == .candidate }) else { return nil }
    return LedgerDecision(
      stage: stage, verdict: verdict, exitCode: exitCode, candidate: LedgerCandidate(digest: candidate.digest, name: candidate.name),
      source: source, policy: context.policyDigest, decision: Digest(of: json),
      waivers: waivers.filter { $0.state == .applied }.map(\.waiver))
  }

  /// Enters a decision of which the store keeps no run, before anybody sees it. The same evidence enters once, however often it is decided on.
  ///
  /// - Parameter folder: Of the store, which is made where there is none.
  func enterLedger(of folder: String) throws {
    guard let entry = ledgerEntry(source: context.run.text), case .object(var evidence) = json else { return }
    evidence["git"] = nil
    let store = try Store.open(folder: folder)
    try store.noteDecision(entry, key: "decision:\(stage):\(context.run):\(Digest(of: JSON.object(evidence)).hex)")
    try store.close()
  }
}
