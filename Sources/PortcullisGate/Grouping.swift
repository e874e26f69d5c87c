import PortcullisCore

/// A way in which a suite's cases fall into groups, beside the clusters that are certain: cases of a group may rise and fall together.
package enum Grouping: Sendable, Hashable {
  /// Ids of one evalset without their last part, which begins after the last `-`, `_`, `.`, `/` or `#`.
  case stem
  /// The value of this tag, across evalsets.
  case tag(String)

  /// As `--clusters` takes it.
  package var word: String {
    switch self {
    case .stem: "stem"
    case .tag(let name): ["none", "stem"].contains(name) || name.hasPrefix("tag:") ? "tag:\(name)" : name
    }
  }

  /// `id stem`, `tag 'document'`: after "grouped by".
  package var words: String {
    switch self {
    case .stem: "id stem"
    case .tag(let name): "tag '\(name)'"
    }
  }

  /// The group of a case; nil where the case stands alone: no stem, or no such tag.
  func group(of facts: CaseFacts) -> ClusterLabel? {
    switch self {
    case .stem: ClusterLabel(stemOf: facts.id.text.utf8, evalset: facts.evalset)
    case .tag(let name): facts.tags.first { sameBytes($0.name, name) }.map { ClusterLabel(tag: name, value: $0.value) }
    }
  }
}

/// What `--clusters` says of groups that nobody declared as clusters.
package enum ClusterChoice: Sendable, Hashable {
  /// Nothing: what the suite's shape suggests is decided both ways.
  case undeclared
  /// They are no clusters: the cases are independent but for certain clusters.
  case none
  /// This grouping is the cluster.
  case by(Grouping)

  /// - Parameter word: `none`, `stem`, or a tag's name; one that would be taken for something else is written `tag:NAME`.
  package init(word: String) {
    switch word {
    case "none": self = .none
    case "stem": self = .by(.stem)
    default: self = .by(.tag(word.hasPrefix("tag:") ? String(word.dropFirst(4)) : word))
    }
  }

  /// The inverse of `init(word:)`; nil where nothing was said.
  package var word: String? {
    switch self {
    case .undeclared: nil
    case .none: "none"
    case .by(let grouping): grouping.word
    }
  }
}

/// A grouping that the suite's shape suggests, and how many groups it makes of the cases.
package struct SuspectedGrouping: Sendable, Hashable {
  package let grouping: Grouping
  /// Groups of at least one case; cases without a group are not among them.
  package let groups: Int

  package init(_ grouping: Grouping, groups: Int) {
    self.grouping = grouping
    self.groups = groups
  }

  /// `id stem (40 groups)`.
  package var words: String { "\(grouping.words) (\(counted(groups, "group")))" }
}

/// What is taken for one independent case, beside certain clusters: what somebody chose, and what must be tried because nobody chose.
package struct ClusterPlan: Sendable, Hashable {
  package let choice: ClusterChoice
  /// The groupings under which a rule is decided a second time; none where somebody chose.
  package let suspects: [SuspectedGrouping]

  /// - Parameter suspects: Of a `GroupingScan`; they count only where nothing was chosen.
  package init(_ choice: ClusterChoice = .undeclared, suspects: [SuspectedGrouping] = []) {
    self.choice = choice
    self.suspects = choice == .undeclared ? suspects : []
  }

  /// The grouping of each reading of the evidence: the chosen one (nil: certain clusters only), then each suspect.
  var readings: [Grouping?] {
    let chosen: Grouping? = if case .by(let grouping) = choice { grouping } else { nil }
    return [chosen] + suspects.map(\.grouping)
  }
}
