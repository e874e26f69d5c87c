// The ranges of what rules take. A value that would open the gate, or that nothing can reach, is refused here.

import PortcullisCore

/// A loss or a share of trouble that a rule tolerates: above 0 (or from 0), below a half. `0.8` is a per cent written as a share.
func tolerance(_ text: String, of name: String, allowsZero: Bool = false) throws(Objection) -> Double {
  let value = try share(text, of: name)
  guard value > 0 || allowsZero else {
    throw Objection("'\(name)' is \(text); it must be above 0", help: "no number of cases can show that it never happens")
  }
  guard value < 0.5 else {
    throw Objection("'\(name)' is \(text), half or more", help: meantPerCent(text) ?? "write a share below 0.5, as in '0.05' or '5%'")
  }
  return value
}

/// A pass rate that a lower limit must reach: inside 0…1, for no number of cases can prove 1.
func reachableRate(_ text: String, of name: String) throws(Objection) -> Double {
  let value = try observedRate(text, of: name)
  guard value < 1 else {
    throw Objection("'\(name)' is \(text); no number of cases can show a rate of 1", help: "write 'observed_min: 1', or a rate below 1")
  }
  return value
}

/// A plain rate: above 0, at most 1. Below 1 % it is a per cent written twice.
func observedRate(_ text: String, of name: String) throws(Objection) -> Double {
  let value = try share(text, of: name)
  guard value > 0 else { throw Objection("'\(name)' is \(text); it must be above 0", help: "a rate of 0 passes everything") }
  if text.hasSuffix("%"), value < 0.01, let points = plainNumber(text.dropLast()) {
    throw Objection("'\(name)' is \(text), less than one case in a hundred", help: "did you mean '\(canonicalNumber(points * 100))%'?")
  }
  return value
}

/// A grade that a limit or a floor names: inside 0…1, for none lies below 0, and no number of cases can prove 1.
func reachableGrade(_ text: String, of name: String) throws(Objection) -> Double {
  let value = try share(text, of: name)
  guard value > 0, value < 1 else { throw Objection("'\(name)' is \(text); it must be above 0 and below 1") }
  return value
}

/// A quantile of latencies: from the median up, below 1.
func quantile(_ text: String) throws(Objection) -> Double {
  let value = try share(text, of: "quantile")
  guard value >= 0.5, value < 1 else {
    let meant =
      text.hasSuffix("%")
      ? plainNumber(text.dropLast()).flatMap { $0 >= 0.5 && $0 < 1 ? "did you mean '\(canonicalNumber($0))'?" : nil } : nil
    throw Objection("'quantile' is \(text); it must be at least 0.5 and below 1", help: meant ?? "write it as in '0.95' or '95%'")
  }
  return value
}

/// How much more than production is allowed, as a share of it: above 0; above 1 only as a per cent, up to 1000 %.
func increase(_ text: String) throws(Objection) -> Double {
  if text.hasSuffix("%"), let points = plainNumber(text.dropLast()), points > 100 {
    guard points <= 1000 else { throw Objection("'increase' is \(text); it must be at most 1000%") }
    return points / 100
  }
  let value = try share(text, of: "increase")
  guard value > 0 else {
    throw Objection("'increase' is \(text); it must be above 0", help: "no number of calls can show that two arms are the same")
  }
  return value
}

/// One of the policy's error rates: above 0, below 0.5.
func errorRate(_ text: String, of name: String) throws(Objection) -> Double {
  let value = try share(text, of: name)
  guard value > 0, value < 0.5 else {
    throw Objection("'\(name)' is \(text); it must be above 0 and below 0.5", help: meantPerCent(text) ?? "write it as in '0.05' or '5%'")
  }
  return value
}

/// Clean trials after which failure rates above 10 % are excluded with this chance of error.
func cleanTrialsForNever(wrongPass: Double) -> Int {
  var trials = 0, chance = 1.0
  while chance > wrongPass {
    chance *= 0.9
    trials += 1
  }
  return trials
}

/// Clean trials after which a reliability of 80 % is told from one of 98 % with this chance of error: statistics.md §6.
func cleanTrialsForReliable(wrongPass: Double) -> Int {
  var trials = 0, chance = 1.0
  while chance > wrongPass * (1 + 1e-12) {
    chance *= 0.80 / 0.98
    trials += 1
  }
  return trials
}

func share(_ text: String, of name: String) throws(Objection) -> Double {
  do throws(UnitProblem) { return try parseShare(text) } catch { throw Objection("'\(name)': \(error.message)", help: error.help) }
}

/// `0.8` where `0.8%` may be meant.
private func meantPerCent(_ text: String) -> String? {
  guard !text.hasSuffix("%"), let number = plainNumber(text), number > 0, number < 1 else { return nil }
  return "did you mean '\(text)%'?"
}
