import PortcullisCore
import PortcullisFormats
import PortcullisGate

/// A recorded stream put through a canary from its start, in memory.
struct CanaryReplay {
  let look: CanaryLook
  let policy: CanaryPolicy
  private(set) var events: [CanaryEvent] = []
  private(set) var account = CanaryAccount()
  private let run: RunID
  private let ignored: [String: Int]

  /// Reads the stream to its end.
  ///
  /// - Throws: `Problems` where a line cannot be read, or none is there: a recording can be repaired, and a hole in it would be taken for silence.
  init(policy: CanaryPolicy, path: String, start: Int?) throws {
    self.policy = policy
    let list = ProblemList()
    let source = try ByteStream(path: path)
    let reader = ObservationReader(source, start: start, isLive: false, list)
    var canary = Canary(policy)
    var seen = SeenIDs()
    var last = 0.0
    while let lines = try reader.next() {
      for line in lines {
        guard case .observation(let observation, let place) = line else {
          account.damaged += 1
          continue
        }
        switch seen.see(observation) {
        case .new: break
        case .repeated:
          account.addDuplicate()
          continue
        case .contradicted:
          account.addContradiction(observation, at: place)
          continue
        }
        account.add(canary.observe(observation))
        last = max(last, observation.time)
        // The share moves when the policy says so: a recording cannot be asked to.
        if canary.waitingShare != nil { canary.shift(at: last) }
      }
    }
    for diagnostic in account.contradictions { list.add(diagnostic) }
    try list.check()
    guard account.total > 0 else { throw Diagnostic(.error, "there is no observation", at: Place(file: source.shown)) }
    look = canary.look(at: last)
    events = look.events
    ignored = reader.ignored
    // Nothing is stored, so its name is made of what was decided on: the same stream gives the same bytes.
    run = RunID(random: Digest(of: canary.json).bytes)
  }

  func report(_ config: Config) -> CanaryReport {
    CanaryReport(look, policy: policy, context: context(config), events: events, account: account)
  }

  /// What was read, for standard error.
  var notes: [String] { [account.words] + ignoredWords(ignored) }

  private func context(_ config: Config) -> DecisionContext {
    let targets = [(Arm.candidate, config.candidate), (Arm.production, config.production)].compactMap { arm, target in
      target.map { DecisionContext.TargetName(arm: arm, name: $0.name, model: $0.model, digest: $0.digest) }
    }
    return DecisionContext(
      run: run, targets: targets, evalsets: [], policyDigest: policy.digest, portcullisVersion: Portcullis.version, currency: "USD")
  }
}

/// Keys that observations do not have: a misspelt one is told, not passed over.
func ignoredWords(_ ignored: [String: Int]) -> [String] {
  ignored.sorted { $0.key < $1.key }.map { key, count in
    "note: the key '\(visible(String(key.prefix(100))))' is none of an observation and was ignored (\(plural(count, "time")))"
  }
}
