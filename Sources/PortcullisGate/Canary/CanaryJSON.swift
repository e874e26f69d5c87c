package import PortcullisCore

// The whole state of a canary as data: written, read and gone on with, it is the same to the last bit.

extension Canary {
  /// The shape of the state; another one is refused, never guessed at.
  private static let shape = 1

  package var json: JSON {
    .object(present: [
      ("shape", .int(Self.shape)), ("policy", .string(policy.digest.description)), ("outcome", outcome?.json), ("stage", .int(stage)),
      ("stage_start", .double(stageStart)), ("waiting_share", waitingShare.map(JSON.double)), ("shift_at", shiftAt.map(JSON.double)),
      ("clock", .double(clock)), ("watched", numbers([watched, seenUntil, Double(holes)])),
      ("last_candidate", lastCandidate.map(JSON.double)),
      ("last_production", lastProduction.map(JSON.double)),
      ("not_counted", numbers([Double(late), Double(refused), Double(clamped), Double(unreadable)])),
      ("rules", .array(watches.map(\.json))),
      ("sessions", queue.json), ("rig", rig.json), ("told", .int(toldTroubles)), ("alerts", desk.json), ("tables", tables.json),
      ("candidate_latency", numbers(candidateLatency.stored)), ("production_latency", numbers(productionLatency.stored)),
      ("events_made", .int(eventsMade)), ("events", .array(pending.map(\.json))),
    ])
  }

  /// Goes on from a stored state; nil where no canary of this policy could have reached it.
  package init?(_ policy: CanaryPolicy, _ json: JSON) {
    guard policy.problem == nil, json["shape"]?.int == Self.shape, json["policy"]?.string == policy.digest.description,
      let stage = json["stage"]?.int, policy.stages.indices.contains(stage), let stageStart = json["stage_start"]?.double,
      let clock = json["clock"]?.double, let watched = doubles(json["watched"]), watched.count == 3, let holes = Int(exactly: watched[2]),
      holes >= 0, watched[0] >= 0, watched[1] >= 0,
      clock >= stageStart, stageStart >= 0, clock <= policy.deadline,
      let left = doubles(json["not_counted"])?.map({ Int(exactly: $0) }), left.count == 4, let late = left[0], let refused = left[1],
      let clamped = left[2], let unreadable = left[3], min(late, refused, clamped, unreadable) >= 0, let rules = json["rules"]?.array,
      rules.count == policy.rules.count,
      let rig = json["rig"].flatMap({ CanaryRig($0, share: policy.stages[stage].share) }), let told = json["told"]?.int,
      (0...rig.troubles.count).contains(told), let tables = json["tables"].flatMap({ CanaryTables($0) }),
      let candidateLatency = doubles(json["candidate_latency"]).flatMap({ LatencySketch(stored: $0) }),
      let productionLatency = doubles(json["production_latency"]).flatMap({ LatencySketch(stored: $0) }),
      let eventsMade = json["events_made"]?.int, let events = json["events"]?.array?.map({ CanaryEvent($0) }), !events.contains(nil),
      eventsMade >= events.count, let sessions = json["sessions"], let alerts = json["alerts"]
    else { return nil }
    self.init(policy)
    if let stored = json["outcome"] {
      guard let outcome = CanaryOutcome(stored) else { return nil }
      self.outcome = outcome
    }
    for index in watches.indices where !watches[index].restore(rules[index]) { return nil }
    guard queue.restore(sessions, rules: rules.count), desk.restore(alerts), takeMoments(json) else { return nil }
    (self.stage, self.stageStart, self.clock, self.rig, toldTroubles) = (stage, stageStart, clock, rig, told)
    (self.late, self.refused, self.clamped, self.unreadable, self.tables) = (late, refused, clamped, unreadable, tables)
    (self.watched, seenUntil, self.holes) = (watched[0], watched[1], holes)
    (self.candidateLatency, self.productionLatency) = (candidateLatency, productionLatency)
    (self.eventsMade, pending) = (eventsMade, events.compactMap { $0 })
    // Slices that appear later begin at the share of their stage.
    if stage > 0 { for index in watches.indices { watches[index].goOn(at: share) } }
  }

  /// The moments that may be absent; false where one is present and no number.
  private mutating func takeMoments(_ json: JSON) -> Bool {
    for (name, place) in [
      ("waiting_share", \Canary.waitingShare), ("shift_at", \Canary.shiftAt), ("last_candidate", \Canary.lastCandidate),
      ("last_production", \Canary.lastProduction),
    ] as [(String, WritableKeyPath<Canary, Double?>)] {
      guard let stored = json[name] else { continue }
      guard let number = stored.double, number.isFinite else { return false }
      self[keyPath: place] = number
    }
    return true
  }
}

extension CanaryOutcome {
  package var json: JSON {
    let (word, rest): (String, [(String, JSON)]) =
      switch self {
      case .promoted: ("promoted", [])
      case .rolledBack(_, let reason): ("rolled-back", [("reason", .string(reason))])
      case .timedOut: ("timed-out", [])
      case .expired: ("expired", [])
      case .stopped(_, let person, let reason): ("stopped", [("by", .string(person)), ("reason", .string(reason))])
      }
    return .object([("end", .string(word)), ("at_h", .double(at))] + rest)
  }

  /// nil where the value is none that `json` wrote.
  package init?(_ json: JSON) {
    guard let word = json["end"]?.string, let at = json["at_h"]?.double, at >= 0 else { return nil }
    let outcome: CanaryOutcome? =
      switch word {
      case "promoted": .promoted(at: at)
      case "rolled-back": json["reason"]?.string.map { .rolledBack(at: at, reason: $0) }
      case "timed-out": .timedOut(at: at)
      case "expired": .expired(at: at)
      case "stopped":
        json["by"]?.string.flatMap { person in json["reason"]?.string.map { .stopped(at: at, by: person, reason: $0) } }
      default: nil
      }
    guard let outcome else { return nil }
    self = outcome
  }
}
