import PortcullisCore
import PortcullisGate
import PortcullisStore

// What a reader is told of the rounds after the first.

extension FurtherRound.Purpose {
  /// `asking 3 cases again in both arms`.
  func words(cases count: Int) -> String {
    switch self {
    case .look: "looking again: every case is asked again"
    case .confirming: "asking \(plural(count, "case")) again that only the candidate failed"
    case .sequential: "asking the candidate on in \(plural(count, "case")) that must be reliable"
    }
  }
}

extension Store {
  /// One line for the confirming rounds of a run and one for its sequential rounds, where there are any.
  func roundNotes(of run: RunRecord) throws -> [String] {
    let rounds = try rounds(of: run)
    func sum(_ kind: RoundKind) -> (cases: Int, trials: Int) {
      rounds.reduce((0, 0)) { $1.kind == kind ? ($0.0 + $1.cases, $0.1 + $1.trials) : $0 }
    }
    let (confirming, sequential) = (sum(.confirming), sum(.sequential))
    var notes: [String] = []
    if confirming.cases > 0 {
      let times = confirming.trials % confirming.cases == 0 ? " \(plural(confirming.trials / confirming.cases, "time"))" : ""
      notes.append("re-asked \(plural(confirming.cases, "case"))\(times) in both arms")
    }
    if sequential.trials > 0 { notes.append("\(plural(sequential.trials, "trial")) in sequential rounds") }
    return notes
  }
}
