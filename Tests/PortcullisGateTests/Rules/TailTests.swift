import PortcullisCore
import PortcullisGate
import Testing

// Clopper–Pearson limits by scipy.stats.beta, augmented bounds written out anew from statistics.md §5.

private func tail(floor: Double = 0.2, _ share: Double = 0.02) -> Rule {
  .tail(TailRule(metric: "helpful", floor: floor, maxShare: share))
}

private func answers(_ count: Int, bad: Int, trials: Int = 1) -> [Sample] {
  (0..<count).map { index in
    var scores = [Double?](repeating: 0.9, count: trials)
    if index < bad { scores[trials - 1] = 0.1 }
    return .graded(numbered("t", index), scores)
  }
}

@Test(arguments: [
  (count: 149, bad: 0, verdict: Verdict.pass, lower: 0.0, upper: 0.019904816220685077),
  (148, 0, .inconclusive, 0.0, 0.02003795168910416), (400, 2, .pass, 0.0008891209480547817, 0.015655179936468217),
  (300, 2, .inconclusive, 0.001185814110934316, 0.020836230527024657), (300, 12, .fail, 0.023239927988754686, 0.06400391537870745),
  (300, 20, .fail, 0.04461578374238809, 0.0954019763464509),
]) func theShareOfBadAnswersIsJudgedByItsExactLimits(_ row: (count: Int, bad: Int, verdict: Verdict, lower: Double, upper: Double)) {
  let found = ruling(tail(), answers(row.count, bad: row.bad))
  #expect(found.verdict == row.verdict)
  #expect(near(found.interval?.lower, row.lower))
  #expect(near(found.interval?.upper, row.upper))
  #expect(near(found.estimate, Double(row.bad) / Double(row.count)))
  #expect(found.count == row.count && found.metric == "helpful" && found.limit == 0.02)
  #expect(found.witnesses.count == min(10, row.bad))
}

@Test func aTailSaysWhatItFoundAndWhatItTakes() {
  let pass = ruling(tail(), answers(400, bad: 2))
  #expect(
    pass.sentence
      == "2 of the 400 cases that carry it have an answer below 20 %, and a share above 1.6 % is excluded (limit 2 %).")
  // 3 of 401: 1.92 %; 4 of 402: 2.26 %.
  #expect(pass.next == "it would still pass with one more bad case")
  let short = ruling(tail(), answers(20, bad: 0))
  #expect(short.reason == .tooFewCases && short.next == "at least 149 cases, none of them bad")
  #expect(ruling(tail(), answers(300, bad: 2)).next == "more cases, or fewer bad answers")
  #expect(ruling(tail(), answers(300, bad: 6)).next == "no number of cases will make it pass while the share seen does not lie below 2 %")
}

@Test func oneBadTrialMakesABadCaseAndTrialsAreNoCases() {
  let repeated = ruling(tail(0.2), answers(20, bad: 1, trials: 5))
  #expect(repeated.count == 20)
  #expect(near(repeated.estimate, 0.05))
  // Twenty prompts asked eight times each are not 160 cases.
  #expect(ruling(tail(), answers(20, bad: 0, trials: 8)).verdict == .inconclusive)
}

@Test func aScoreAtTheFloorIsNotBelowIt() {
  let atFloor = (0..<149).map { Sample.graded(numbered("f", $0), [0.2]) }
  #expect(ruling(tail(), atFloor).verdict == .pass)
  #expect(ruling(tail(floor: 0.2000001), atFloor).verdict == .fail)
}

@Test func aMissingAnswerIsABadOneAgainstAPassOnly() {
  let lost = ruling(tail(), answers(149, bad: 0) + [.graded("z", [nil])])
  #expect(lost.verdict == .inconclusive && lost.reason == .missingEvidence && lost.missing == 1)
  #expect(ids(lost) == ["z"])
  let half = Sample.graded("z", [0.9, nil])
  #expect(ruling(tail(), answers(149, bad: 0) + [half]).reason == .missingEvidence)
  let all = ruling(tail(), (0..<50).map { .graded(numbered("z", $0), [nil]) })
  #expect(all.verdict == .inconclusive && !all.weighedScores)
  #expect(ruling(tail(), answers(149, bad: 0), plannedCases: 150).verdict == .inconclusive)
}

@Test func clustersAreTheUnitsOfATail() {
  func grouped(_ bad: (_ cluster: Int) -> Int) -> [Sample] {
    (0..<400).map { index in
      .graded(numbered("c", index), [index % 10 < bad(index / 10) ? 0.1 : 0.9], cluster: "doc-\(index / 10)")
    }
  }
  let few = ruling(tail(0.08), grouped { $0 < 3 ? 1 : 0 })
  #expect(few.verdict == .pass)
  #expect(near(few.interval?.upper, 0.07305314400517152))
  #expect(near(few.interval?.lower, 0.0003837373524897547))
  #expect(few.sentence.contains("in 40 independent groups"))
  // As cases of their own these would pass at 2 %.
  #expect(ruling(tail(), grouped { $0 < 2 ? 1 : 0 }).verdict == .inconclusive)
  let many = ruling(tail(0.1), grouped { $0 < 20 ? 5 : 0 })
  #expect(many.verdict == .fail)
  #expect(near(many.interval?.lower, 0.17736218419402638))
  #expect(near(many.interval?.upper, 0.3408940530510658))
}

@Test func aJudgedTailIsHeldBack() {
  let judged = (0..<200).map { Sample.graded(numbered("j", $0), [0.9], isJudged: true) }
  #expect(ruling(tail(), judged).reason == .judgeUnfit)
}

@Test func floorsAreCountedApart() {
  let samples = answers(200, bad: 3)
  let policy = Policy(offline: [PolicyRule(tail()), PolicyRule(tail(floor: 0.05)), PolicyRule(tail(floor: 0.95))])
  #expect(zip(decision(samples, policy).rulings, [0.015, 0, 1]).allSatisfy { near($0.estimate, $1) })
}
