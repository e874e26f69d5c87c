import PortcullisChecks
package import PortcullisCore

/// Hands out the cases of an evalset that was checked, one by one in file order, in bounded memory.
///
/// One stream has one consumer; a `LoadedEvalset` makes as many as are wanted.
package final class CaseStream {
  private let plan: CasePlan
  private var source = 0
  private var records: CaseRecords?
  private var position = 0
  private var cells: CheckCells
  private let list = ProblemList()

  init(_ plan: CasePlan) {
    self.plan = plan
    cells = CheckCells(judges: plan.judges)
  }

  /// The next case; nil at the end. Throws `Problems` where a file is no longer what was checked: nothing more may be run then.
  package func next() throws -> Case? {
    while source < plan.sources.count {
      let current = plan.sources[source]
      if let cases = current.cases {
        if position < cases.count {
          position += 1
          return cases[position - 1]
        }
      } else if let found = try nextRecord(current) {
        return found
      }
      source += 1
      position = 0
      records = nil
    }
    return nil
  }

  private func nextRecord(_ current: CasePlan.Source) throws -> Case? {
    let problems = FileProblems(file: current.source.file.shown, list)
    let records = try records ?? CaseRecords(current.source, problems)
    self.records = records
    if let node = try records.next() {
      guard var decoded = plan.decoder.decode(node, isFlat: current.source.isFlat, problems, cells: &cells), list.errorCount == 0 else {
        throw refused(current)
      }
      plan.answers.complete(&decoded.testCase)
      return decoded.testCase
    }
    guard list.errorCount == 0, records.finish() == current.digest else { throw refused(current) }
    return nil
  }

  private func refused(_ current: CasePlan.Source) -> Problems { Problems([changed(current.source.file.shown)]) }
}

/// All that is needed to read the cases again.
struct CasePlan: Sendable {
  struct Source: Sendable {
    let source: CaseSource
    /// Of the whole file as it was checked.
    let digest: Digest
    /// Kept where the file cannot be read in pieces (YAML).
    let cases: [Case]?
  }

  let sources: [Source]
  let decoder: CaseDecoder
  let judges: [String: Judge]
  let answers: UsableAnswers
}
