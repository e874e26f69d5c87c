import PortcullisCore
import PortcullisGate

extension Decision {
  /// The decision and its rulings as test cases. The first one is red whenever the gate does not open, whatever the rulings say.
  func junitCases() -> [JUnitCase] {
    let className = "portcullis.policy"
    var names = UniqueNames()
    let figures = Figures(currency: context.currency, isPlain: true)
    let whole = JUnitCase(className: className, name: names.name("decision"), result: junitResult)
    return [whole]
      + rulings.map { ruling in
        JUnitCase(
          className: className, name: names.name(calm(ruling.title, limit: 250)), result: ruling.junitResult(figures),
          output: ruling.junitOutput(figures))
      }
  }

  private var junitResult: JUnitCase.Result {
    let text = "exit code \(exitCode.rawValue), run \(context.run.text)"
    switch verdict {
    case .pass where exitCode == .pass: return .passed
    case .fail: return .failure(type: verdict.rawValue, message: sentence, text: text)
    case .pass, .review, .inconclusive: return .error(type: verdict.rawValue, message: sentence, text: text)
    }
  }
}

extension Ruling {
  fileprivate func junitResult(_ figures: Figures) -> JUnitCase.Result {
    guard !advisory, !waived else { return .passed }
    switch verdict {
    case .pass: return .passed
    case .fail: return .failure(type: reason.rawValue, message: sentence, text: facts(figures))
    case .review, .inconclusive: return .error(type: reason.rawValue, message: sentence, text: facts(figures))
    }
  }

  fileprivate func junitOutput(_ figures: Figures) -> String {
    if let waiver { return "\(waiver.words)\nwaived (\(verdict.rawValue): \(reason.rawValue)): \(sentence)\n\(facts(figures))" }
    if advisory { return "advisory, \(verdict.rawValue): \(sentence)\n\(facts(figures))" }
    return verdict == .pass ? "\(sentence)\n\(facts(figures))" : ""
  }

  private func facts(_ figures: Figures) -> String {
    var lines = ["\(verdict.rawValue): \(reason.rawValue)"]
    if let estimate = figures.line(of: self) { lines.append("estimate \(estimate)") }
    if let limit = figures.limit(of: self) { lines.append(limit) }
    lines.append("n \(count), missing \(missing), \(method)")
    if let next { lines.append(next) }
    if !witnesses.isEmpty { lines.append("cases: " + witnesses.map(\.text).joined(separator: ", ")) }
    return lines.joined(separator: "\n")
  }
}

/// Names given once; a second use gets a number. A policy may name a rule twice, and long names are cut.
private struct UniqueNames {
  private var used = Set<String>()

  mutating func name(_ wanted: String) -> String {
    var name = wanted
    var number = 1
    while !used.insert(name).inserted {
      number += 1
      name = "\(wanted) #\(number)"
    }
    return name
  }
}
