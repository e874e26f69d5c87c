package import PortcullisChecks
package import PortcullisCore
package import PortcullisGate

/// What `portcullis.yaml` and the options beside it say, checked: targets, judges, evalsets, policy and limits.
package struct Config: Sendable {
  /// The file as the user would type it; nil where there is none.
  package var file: String?
  /// The folder that relative paths start from, as the user would type it; `""` is the working folder.
  package var folder: String
  package var files: ProjectFiles
  /// Of the file's bytes.
  package var digest: Digest?
  /// In the order written; shorthand targets of the command line last.
  package var targets: [Target]
  package var candidate: Target?
  package var production: Target?
  package var judges: [Judge]
  /// Folders as the user would type them, globs expanded, in the order written.
  package var evalsets: [String]
  /// Folder of approved answers and labels, as the user would type it; it need not exist.
  package var golden: String
  /// Folder of the store, as the user would type it; it need not exist.
  package var store: String
  package var policy: Policy
  package var shadow: ShadowPolicy = .standard
  /// What scores every answer of shadow pairs; nil where nobody wrote any.
  package var shadowChecks: ShadowChecks?
  /// What opens a stage for a candidate.
  package var promotion = PromotionPolicy.standard
  /// What people took upon themselves; nil where no file of waivers is named.
  package var waivers: [Waiver]?
  package var budget: Budget
  /// Trials per arm where neither rule, case nor evalset says otherwise; 1…1000.
  package var repeats: Int
  package var seed: Int
  /// Of all prices, budgets and cost limits; nil where none is given.
  package var currency: String?
  package var warnings: [Diagnostic]

  package func target(named name: String) -> Target? { targets.first { sameBytes($0.name, name) } }

  /// The candidate, or `Problems` that say how to name one.
  package func requiredCandidate() throws(Problems) -> Target {
    if let candidate { return candidate }
    throw Problems([
      Diagnostic(
        .error, "there is no target 'candidate'", at: file.map { Place(file: $0) },
        help: "write 'targets.candidate', or give '--candidate' a target's name or 'provider:model@base_url'")
    ])
  }
}

/// What the command line changes in a config.
package struct ConfigOverrides: Sendable {
  /// `--candidate`, `--production`: a target's name or `provider:model[@base_url]`.
  package var candidate: String?
  package var production: String?
  /// `--set`: `targets.NAME.KEY=VALUE`, as given.
  package var sets: [String]
  /// `--api-key-env`: the variable that holds the key of the targets given as shorthand.
  package var apiKeyVariable: String?
  /// `--budget`: `5 USD`, in place of `budget.cost`.
  package var budget: String?

  package init(
    candidate: String? = nil, production: String? = nil, sets: [String] = [], apiKeyVariable: String? = nil, budget: String? = nil
  ) {
    self.candidate = candidate
    self.production = production
    self.sets = sets
    self.apiKeyVariable = apiKeyVariable
    self.budget = budget
  }
}
