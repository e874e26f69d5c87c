import PortcullisCore
import PortcullisGate
import PortcullisReports

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
}
