/// How much a panel of judges is worth: three judges that err together are one.
package struct JudgePanel: Sendable, Hashable {
  /// Mean over the pairs of judges of the correlation of their errors; nil below two judges, and where one of them errs
  /// never or always.
  package let errorCorrelation: Double?
  /// Independent judges that the panel is worth; nil where the correlation is, or where the errors cancel altogether.
  package let effectiveJudges: Double?
  /// Share of answers that most judges get wrong; nil without answers, and for an even panel, which may be split.
  package let majorityErrorRate: Double?

  /// - Parameters:
  ///   - errors: For each judge, whether it erred on each answer, by people's label; as many answers for every judge.
  ///
  /// Source: reference/statistics.md §11, `panel`; L. Kish's design effect turned to judges.
  package init(errors: [[Bool]]) {
    let answers = errors.first?.count ?? 0
    precondition(errors.allSatisfy { $0.count == answers }, "every judge graded every answer")
    errorCorrelation = meanCorrelation(errors, answers)
    let judges = Double(errors.count)
    effectiveJudges = errorCorrelation.flatMap { correlation in
      let inflation = 1 + (judges - 1) * correlation
      return inflation > 1e-12 ? judges / inflation : nil
    }
    guard answers > 0, errors.count % 2 == 1 else {
      majorityErrorRate = nil
      return
    }
    let wrong = (0..<answers).count { answer in 2 * errors.count { $0[answer] } > errors.count }
    majorityErrorRate = Double(wrong) / Double(answers)
  }
}

private func meanCorrelation(_ errors: [[Bool]], _ answers: Int) -> Double? {
  let counts = errors.map { judge in judge.count { $0 } }
  guard errors.count > 1, counts.allSatisfy({ $0 > 0 && $0 < answers }) else { return nil }
  var (sum, pairs) = (0.0, 0.0)
  for one in errors.indices {
    for other in errors.indices where other > one {
      let both = zip(errors[one], errors[other]).count { $0 && $1 }
      let covariance = Double(answers * both - counts[one] * counts[other])
      let (first, second) = (Double(counts[one] * (answers - counts[one])), Double(counts[other] * (answers - counts[other])))
      sum += covariance / (first * second).squareRoot()
      pairs += 1
    }
  }
  return sum / pairs
}
