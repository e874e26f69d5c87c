// What only the whole config shows: one currency, known prices, two different arms, a judge that does not grade itself.

import PortcullisChecks
import PortcullisCore
import PortcullisGate

/// One run has one currency, and whoever limits its cost must know the prices.
struct MoneyReview {
  let problems: FileProblems
  private(set) var currency: String?
  private var first = ""

  init(problems: FileProblems) { self.problems = problems }

  mutating func use(_ currency: String, what: String, at place: Place) {
    guard let known = self.currency else {
      self.currency = currency
      first = what
      return
    }
    guard known != currency else { return }
    problems.list.add(
      Diagnostic(
        .error, "'\(what)' is in \(currency), but '\(first)' is in \(known)", at: place, help: "write all prices and limits in one currency"
      ))
  }

  /// `--budget "5 USD"`.
  mutating func budget(given text: String) -> Money? {
    let place = Place(file: "--budget")
    do throws(Objection) {
      let money = try positiveMoney(text, of: "--budget")
      use(money.currency, what: "--budget", at: place)
      return money
    } catch {
      problems.list.add(error.diagnostic(at: place))
      return nil
    }
  }

  /// - Parameter places: Where a target was named, by its name.
  func review(_ config: Config, places: (String) -> Place?) {
    let asked = [config.candidate, config.production].compactMap { $0 } + config.judges.map(\.target)
    var seen = [String]()
    for target in asked where target.price == nil && !answersComeFromFile(target.provider) && !seen.contains(target.name) {
      seen.append(target.name)
      let help = "add 'price: {input: …, output: …, per: 1M, currency: \(currency ?? "USD")}' to it"
      if config.budget.cost != nil {
        problems.list.add(
          Diagnostic(
            .error, "target '\(target.name)' has no 'price', so its cost cannot be kept below the budget", at: places(target.name),
            help: help))
      }
    }
  }
}

/// Rules that can only stay inconclusive, because an arm lacks what they look at.
struct RuleReview {
  let problems: FileProblems

  /// - Parameter places: Where a target was named, by its name.
  func review(_ config: Config, places: (String) -> Place?) {
    let deciding = config.policy.offline.filter { !$0.advisory }.map(\.rule)
    for arm in [config.candidate, config.production].compactMap({ $0 }) {
      var warned: [String] = []
      for rule in deciding where !warned.contains(rule.name) {
        guard let lack = rule.lack(of: arm) else { continue }
        warned.append(rule.name)
        problems.list.add(
          Diagnostic(
            .warning, "'\(rule.name)' can only be inconclusive: target '\(arm.name)' \(lack.what)", at: places(arm.name), help: lack.help))
      }
    }
  }
}

extension Rule {
  /// What this rule needs of a target and does not find there.
  fileprivate func lack(of target: Target) -> (what: String, help: String)? {
    switch self {
    case .costPerRequest, .costPerSuccess:
      target.price == nil ? ("has no 'price'", "add one, or make the rule advisory") : nil
    case .ttft, .tpot:
      target.stream == false && !answersComeFromFile(target.provider)
        ? ("is asked without 'stream', so the first token's time is not seen", "write 'stream: true', or make the rule advisory") : nil
    case .complete, .noRegression, .noBrokenCases, .passRate, .criticalCases, .incidentsStayFixed, .score, .tail, .errorRate, .latency,
      .tokensPerRequest, .coverage:
      nil
    }
  }
}

/// Comparisons that show nothing: a model with itself, or an answer graded by whoever wrote it.
struct ComparisonReview {
  let problems: FileProblems
  /// The judges as written, for their places.
  let judges: [Node.Entry]

  func review(_ config: Config, place: Place?) {
    if let candidate = config.candidate, let production = config.production, isSame(candidate, production) {
      problems.list.add(
        Diagnostic(
          .warning,
          "candidate and production are the same: '\(candidate.name)' is compared with "
            + (sameBytes(candidate.name, production.name) ? "itself" : "'\(production.name)'"), at: place))
    }
    for judge in config.judges {
      let position = judges.first { sameBytes($0.key, judge.name) }?.keyPosition
      for (arm, target) in [("candidate", config.candidate), ("production", config.production)] {
        guard let target, judge.isOwnFamily(target) else { continue }
        let message = "the judge '\(judge.name)' would grade its own model or family, as the \(arm); models prefer their own answers"
        if judge.allowOwnFamily {
          problems.warning(message, at: position)
        } else {
          problems.error(message, at: position, help: "name another judge, or write 'allow_own_family: true' to accept that")
        }
      }
    }
  }

  private func isSame(_ left: Target, _ right: Target) -> Bool {
    // The digest leaves loopback addresses out, but two ports of this machine may well be two models.
    left.digest == right.digest && left.baseURL == right.baseURL
  }
}
