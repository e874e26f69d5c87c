package import PortcullisChecks
package import PortcullisCore

/// An evalset that was read whole and found good. Its cases stay on disk; `makeStream` hands them out.
package struct LoadedEvalset: Sendable {
  package let name: String
  package let version: String?
  package let description: String?
  package let owner: String?
  package let derivedFrom: [Lineage]
  /// Of the cases in id order with checks, prompts and golden answers resolved, and of the rubrics.
  package let digest: Digest
  package let counts: EvalsetCounts
  package let behaviours: [DeclaredBehaviour]
  /// By name, those of its `rubrics` folder.
  package let rubrics: [String: Rubric]
  package let golden: Golden
  package let warnings: [Diagnostic]
  let plan: CasePlan

  package var count: Int { counts.cases }

  package func makeStream() -> CaseStream { CaseStream(plan) }
}
