import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports
import PortcullisStore

/// A stored canary in hand: each move of the machine is recorded, with all that follows from it, before anybody sees it.
struct CanarySession {
  let store: Store
  private(set) var record: CanaryRecord
  private(set) var canary: Canary
  /// Messages that were recorded with the moves of this session.
  private(set) var posted = 0
  private let contacts: CanaryContacts

  init(_ record: CanaryRecord, in store: Store) throws {
    self.store = store
    self.record = record
    guard let policy = CanaryPolicy(record.policy), let canary = Canary(policy, record.state),
      let contacts = record.facts["contacts"].flatMap(CanaryContacts.init)
    else {
      throw CommandFailure(
        "the canary '\(visible(record.name))' was recorded by another version of portcullis",
        help: "go on with that version, or start a new canary",
        code: .badInput)
    }
    self.canary = canary
    self.contacts = contacts
  }

  /// Hours since the start at a moment by the wall clock; negative before it.
  func hours(at moment: WallTime) -> Double { Double(moment.milliseconds - record.startedAt.milliseconds) / 3_600_000 }

  /// Feeds a batch: what is new is counted, in one transaction with what follows from it.
  mutating func feed(_ lines: [ObservationReader.Line]) throws -> CanaryAccount {
    try retrying { session in
      let keys = lines.map { ObservationKey($0.id) }
      // What an id came with is known by a key of its own; no id begins with a blank.
      let contents = lines.map { line in
        if case .observation(let observation, _) = line {
          ObservationKey(" content " + observation.fingerprint)
        } else {
          ObservationKey(line.id)
        }
      }
      let unseen = try session.store.unseen(keys + contents, of: session.record)
      let (isNew, isOther) = (unseen.prefix(lines.count), unseen.dropFirst(lines.count))
      var account = CanaryAccount()
      var fresh = [ObservationKey]()
      for (place, line) in lines.enumerated() {
        switch line {
        case .observation(let observation, let position) where !isNew[place] && isOther[isOther.startIndex + place]:
          account.addContradiction(observation, at: position)
          session.canary.loseLine()
          fresh.append(contents[place])
        case .observation where !isNew[place]: account.addDuplicate()
        case .observation(let observation, _):
          let reception = session.canary.observe(observation)
          account.add(reception)
          if reception != .ended { fresh += [keys[place], contents[place]] }
        case .damaged:
          account.damaged += 1
          guard isNew[place] else { continue }
          session.canary.loseLine()
          fresh.append(keys[place])
        }
      }
      // A line after the deadline counts for nothing, and still ends it.
      let hasEnded = session.canary.outcome != nil
      guard !session.record.isFinal, !fresh.isEmpty || hasEnded else { return account }
      try session.keep(counting: fresh, at: session.canary.clock)
      return account
    }
  }

  /// Lets time pass, and records what is seen then.
  ///
  /// - Returns: The look; of a canary that is over, what its records say.
  mutating func look(at hours: Double) throws -> CanaryLook {
    try retrying { session in
      guard !session.record.isFinal else { return session.canary.look(at: max(hours, session.canary.clock)) }
      return try session.keep(at: max(hours, session.canary.clock))
    }
  }

  /// Notes that the traffic has been moved to the share that the canary waits for.
  mutating func shift(at hours: Double) throws {
    try retrying { session in
      guard !session.record.isFinal, session.canary.waitingShare != nil else { return }
      session.canary.shift(at: hours)
      try session.keep(at: session.canary.clock)
    }
  }

  /// A person ends it.
  mutating func stop(by person: String, reason: String, at hours: Double) throws {
    try retrying { session in
      guard !session.record.isFinal else { return }
      session.canary.stop(by: person, reason: reason, at: max(hours, session.canary.clock))
      try session.keep(at: max(hours, session.canary.clock))
    }
  }

  /// Where a canary was moved on by another process meanwhile, its state is loaded again and the work done anew.
  private mutating func retrying<Value>(_ work: (inout CanarySession) throws -> Value) throws -> Value {
    while true {
      var attempt = self
      do {
        let value = try work(&attempt)
        self = attempt
        return value
      } catch StoreError.changedMeanwhile {
        self = try CanarySession(try store.canary(named: record.name), in: store)
      }
    }
  }

  @discardableResult
  private mutating func keep(counting keys: [ObservationKey] = [], at hours: Double) throws -> CanaryLook {
    let look = canary.look(at: hours)
    let step = CanaryStep(
      observations: keys, state: canary.json, verdict: look.verdict, isFinal: look.outcome != nil,
      looks: try isWorthRecording(look)
        ? [NewLook(hours: look.at, verdict: look.verdict, exitCode: look.verdict.exitCode, body: body(of: look))] : [],
      messages: look.events.compactMap { message($0, look) }, notes: ledgerNotes(look))
    record = try advance(by: step)
    posted += step.messages.count
    return look
  }

  /// A rollback must not wait for a ledger that somebody changed: it is recorded and told without its entry, and the ledger says so itself.
  private func advance(by step: CanaryStep) throws -> CanaryRecord {
    do { return try store.advance(record, by: step) } catch StoreError.brokenLedger {
      note(
        Diagnostic(
          .warning, "the promotion ledger was changed, so the end of canary '\(visible(record.name))' has no entry in it",
          help: "'portcullis history --verify' names what was changed"
        ).description)
      var bare = step
      bare.notes = []
      return try store.advance(record, by: bare)
    }
  }

  /// What the promotion ledger is told at the end: the decision, and the rollback it ordered.
  private func ledgerNotes(_ look: CanaryLook) -> [LedgerNote] {
    guard let outcome = look.outcome,
      let entry = Decision(look, policy: canary.policy, context: context).ledgerEntry(source: record.name)
    else { return [] }
    let decision = LedgerNote.decision(entry, key: "decision:canary:\(record.token)")
    func rollback(by person: String?, _ reason: String) -> [LedgerNote] {
      let event = LedgerRollback(candidate: entry.candidate, by: person, reason: reason, source: record.name)
      return [decision, .rollback(event, key: "rollback:canary:\(record.token)")]
    }
    switch outcome {
    case .promoted, .expired: return [decision]
    case .rolledBack(_, let reason): return rollback(by: nil, reason)
    case .timedOut: return rollback(by: nil, look.sentence)
    case .stopped(_, let person, let reason): return rollback(by: person, reason)
    }
  }

  /// Whatever came about, and else one look an hour: who asks every minute must not fill the store.
  private func isWorthRecording(_ look: CanaryLook) throws -> Bool {
    guard look.events.isEmpty, look.outcome == nil, let last = try store.latestLook(of: record) else { return true }
    return last.verdict != look.verdict || look.at - last.hours >= 1
  }

  private func body(of look: CanaryLook) -> JSON {
    .object([
      ("events", .array(look.events.map(\.json))), ("decision", Decision(look, policy: canary.policy, context: context).json),
    ])
  }

  /// What is told of an event; nil where nobody is to be told.
  private func message(_ event: CanaryEvent, _ look: CanaryLook) -> NewMessage? {
    guard let kind = MessageKind(rawValue: event.name), let destination = destination(of: event) else { return nil }
    guard case .object(var body) = event.json else { return nil }
    body["canary"] = .string(record.name)
    body["candidate"] = .object([("target", .string(record.candidateName)), ("digest", .string(record.candidateDigest.description))])
    body["production"] = .object([("target", .string(record.productionName)), ("digest", .string(record.productionDigest.description))])
    body["verdict"] = .string(look.verdict.rawValue)
    body["words"] = .string(event.words)
    return NewMessage(event: "\(event.name)-\(event.number)", kind: kind, destination: destination, body: .object(body))
  }

  private func destination(of event: CanaryEvent) -> Destination? {
    switch event.kind {
    case .advance: contacts.actions[.advance]
    case .promote: contacts.actions[.promote]
    case .rollback: contacts.actions[.rollback]
    case .hold: contacts.actions[.hold]
    case .alertRaised(let notice), .alertResolved(let notice): contacts.alerts[notice.tier]
    }
  }

  /// Whether nobody but a person moves the traffic.
  var movesByHand: Bool { contacts.actions[.advance] == nil }

  /// Where a decision on it comes from; its name stands where others have a run.
  var context: DecisionContext {
    func target(_ arm: Arm, _ name: String, _ digest: Digest) -> DecisionContext.TargetName {
      .init(arm: arm, name: name, model: record.facts["models"]?[arm.rawValue]?.string ?? name, digest: digest)
    }
    return DecisionContext(
      run: RunID(record.token) ?? RunID(random: record.candidateDigest.bytes),
      targets: [
        target(.candidate, record.candidateName, record.candidateDigest),
        target(.production, record.productionName, record.productionDigest),
      ], evalsets: [], policyDigest: canary.policy.digest, portcullisVersion: Portcullis.version,
      gitRevision: record.facts["git"]?["revision"]?.string, gitDirty: record.facts["git"]?["dirty"]?.bool,
      currency: record.facts["currency"]?.string ?? "USD")
  }

  /// All that happened to it, the first event first.
  func events() throws -> [CanaryEvent] {
    var events = [CanaryEvent]()
    var pages = store.looks(of: record)
    while let look = try pages.next() {
      events += look.body["events"]?.array?.compactMap { CanaryEvent($0) } ?? []
    }
    return events
  }
}
