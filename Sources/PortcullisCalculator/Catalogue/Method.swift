// How to add a method to `portcullis stats`:
//
// 1. In the file of its group (`Catalogue/Proportions.swift`, …), or in a new file with a new `MethodGroup`, write
//
//      private let wilson = Method(
//        "wilson", "The true rates consistent with a count, for reports.",
//        inputs: [.count("x", "successes, at most n"), .count("n", "trials"), .twoSidedAlpha],
//        outputs: [Output("lo", "lower end"), Output("hi", "upper end; null where n = 0")],
//        source: Source("§3", "E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953")
//      ) { inputs in
//        let (passed, count) = try inputs.part("x", of: "n")
//        let interval = wilsonInterval(passed: passed, of: count, z: oneSidedQuantile(alpha: inputs.number("alpha") / 2))
//        return ["lo": .real(interval?.lower), "hi": .real(interval?.upper)]
//      }
//
//    and put its name into the group's list. A new group is one line in `MethodCatalogue.groups`.
// 2. Each input says its `Shape`: it is held against it before the closure runs, so `inputs.number("alpha")` needs no check
//    of its own. What one input demands of another (x ≤ n, lists of one length) the closure checks with `inputs.part`,
//    `inputs.requireParallel`, or `throw inputs.problem("b", "must not exceed 'n', 10")`.
// 3. PortcullisStatistics stops the program where a precondition is broken. Every one a method can reach is ruled out by
//    the shapes and checks above, and what would take seconds is bounded by them.
// 4. Tests: the vectors of the method, through the protocol's own lines; and `HostileInputTests` feeds every input of every
//    method what it does not allow, and the ends of what it does.
package import PortcullisCore

/// One statistic by its name in `vectors/stats.json`, with all that a reader needs to call it.
package struct Method: Sendable {
  package let name: String
  /// One sentence with a full stop.
  package let summary: String
  package let inputs: [Input]
  package let outputs: [Output]
  package let source: Source
  private let compute: @Sendable (Inputs) throws -> Outputs

  /// - Parameter compute: Called with inputs that have their shapes, defaults filled in; may throw `InputProblem`. Returns every
  ///   declared output, in any order.
  package init(
    _ name: String, _ summary: String, inputs: [Input], outputs: [Output], source: Source,
    compute: @escaping @Sendable (Inputs) throws -> Outputs
  ) {
    self.name = name
    self.summary = summary
    self.inputs = inputs
    self.outputs = outputs
    self.source = source
    self.compute = compute
  }

  /// The outputs for a request's `inputs`; throws `InputProblem`.
  package func answer(_ given: JSONObject) throws -> Outputs { try compute(Inputs(given, declared: inputs)) }
}

/// What a method returns, by name.
package typealias Outputs = KeyValuePairs<String, JSON>

/// One output: its name, and what it is.
package struct Output: Sendable {
  package let name: String
  package let meaning: String

  package init(_ name: String, _ meaning: String) {
    self.name = name
    self.meaning = meaning
  }
}

/// Where a formula comes from.
package struct Source: Sendable {
  /// Of reference/statistics.md, as in `§3`.
  package let section: String
  package let publication: String?

  package init(_ section: String, _ publication: String? = nil) {
    self.section = section
    self.publication = publication
  }
}

/// Methods that answer the same kind of question; a file of `Catalogue/`.
package struct MethodGroup: Sendable {
  package let title: String
  package let methods: [Method]

  package init(_ title: String, _ methods: [Method]) {
    self.title = title
    self.methods = methods
  }
}
