import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

private let named = withTarget() + "waivers: waivers.yaml\n"

private struct BadWaivers: CustomTestStringConvertible, Sendable {
  let name: String
  let file: String
  let says: String
  var testDescription: String { name }
}

private let bad = [
  BadWaivers(
    name: "what is missing", file: "- {rule: latency}\n",
    says: """
      waivers.yaml:1:3: error: a waiver has no 'by'
      waivers.yaml:1:3: error: a waiver has no 'reason'
      waivers.yaml:1:3: error: a waiver has no 'expires'
      """),
  BadWaivers(
    name: "an unknown key", file: "- {rule: latency, by: Ana, reason: x, expires: 2026-12-31, untl: 2027-01-01}\n",
    says: """
      waivers.yaml:1:60: error: unknown key 'untl' in a waiver
        help: known here: rule, metric, slice, by, reason, expires
      """),
  BadWaivers(
    name: "an unknown rule", file: "- {rule: latncy, by: Ana, reason: x, expires: 2026-12-31}\n",
    says: """
      waivers.yaml:1:4: error: unknown rule 'latncy'
        help: did you mean 'latency'?
      """),
  BadWaivers(
    name: "a rule of a later version", file: "- {rule: bar-holds, by: Ana, reason: x, expires: 2026-12-31}\n",
    says: """
      waivers.yaml:1:4: error: 'bar-holds' is not available in this version, so there is nothing to waive
        help: remove the waiver
      """),
  BadWaivers(
    name: "what cannot be waived",
    file: ["complete", "judge-trusted", "sample-ratio", "run"].map { "- {rule: \($0), by: Ana, reason: x, expires: 2026-12-31}\n" }
      .joined(),
    says: ["complete", "judge-trusted", "sample-ratio", "run"].enumerated().map { line, rule in
      """
      waivers.yaml:\(line + 1):4: error: '\(rule)' cannot be waived
        help: without it the other rulings do not mean what they say; mend what it found
      """
    }.joined(separator: "\n")),
  BadWaivers(
    name: "a day that is over", file: "- {rule: latency, by: Ana, reason: x, expires: 2026-11-30}\n",
    says: """
      waivers.yaml:1:39: error: the waiver of 'latency' expired on 2026-11-30
        help: delete it, or let a person give it a new day and reason
      """),
  BadWaivers(
    name: "no day", file: "- {rule: latency, by: Ana, reason: x, expires: 2026-13-01}\n",
    says: """
      waivers.yaml:1:48: error: 'expires' is '2026-13-01', which is no day
        help: write it as '2026-09-16'
      """),
  BadWaivers(
    name: "nobody and nothing", file: "- {rule: latency, by: ' ', reason: '', expires: 2026-12-31}\n",
    says: """
      waivers.yaml:1:19: error: 'by': it is empty
        help: name a person
      waivers.yaml:1:28: error: 'reason': it is empty
      """),
  BadWaivers(
    name: "twice",
    file: """
      - {rule: no-regression, slice: language=de, by: Ana, reason: x, expires: 2026-12-31}
      - {rule: no-regression, slice: language=de, metric: pass-rate, by: Bob, reason: why not, expires: 2027-12-31}

      """,
    says: """
      waivers.yaml:2:3: error: 'no-regression language=de' is waived twice
        help: keep one of them
      """),
  BadWaivers(
    name: "no slice", file: "- {rule: no-regression, slice: de, by: Ana, reason: x, expires: 2026-12-31}\n",
    says: """
      waivers.yaml:1:32: error: 'slice' is 'de', which is no slice
        help: write it as reports do: 'language=de'
      """),
  BadWaivers(
    name: "a mapping", file: "rule: latency\n",
    says: """
      waivers.yaml:1:1: error: the waivers are a mapping; they must be a list
        help: begin each waiver with '- '
      """),
]

struct WaiversTests {
  @Test func waiversAreReadAsTheyAreWritten() throws {
    let project = try ConfigProject(
      named,
      files: [
        "waivers.yaml": """
        # agreed on in the release meeting
        - rule: no-regression
          metric: helpfulness
          slice: language=de
          by: Ana Silva
          reason: the German judge is being replaced
          expires: 2026-12-01
        - {rule: cache-hit, by: Bob, reason: "cold caches, \\"4711\\"", expires: "2026-12-31"}
        """
      ])
    let config = try loadConfig(path: project.path, today: "2026-12-01")
    #expect(
      config.waivers == [
        Waiver(
          rule: "no-regression", metric: "helpfulness", slice: Case.Tag(name: "language", value: "de"), by: "Ana Silva",
          reason: "the German judge is being replaced", expires: "2026-12-01"),
        Waiver(rule: "cache-hit", by: "Bob", reason: "cold caches, \"4711\"", expires: "2026-12-31"),
      ])
    try project.write("", to: "waivers.yaml")
    #expect(try project.load().waivers == [])
    #expect(try ConfigProject(withTarget()).load().waivers == nil)
  }

  @Test(arguments: bad) fileprivate func everyWordOfABadWaiverIsTold(_ row: BadWaivers) throws {
    let project = try ConfigProject(named, files: ["waivers.yaml": row.file])
    do throws(Problems) {
      _ = try loadConfig(path: project.path, today: "2026-12-01")
      Issue.record("it was taken")
    } catch {
      #expect(error.description.replacing(project.folder + "/", with: "") == row.says)
    }
  }

  @Test(arguments: [
    ("waivers: missing.yaml\n", "'waivers' names 'missing.yaml'"), ("waivers: ../waivers.yaml\n", "leads out of its folder"),
    ("waivers: [a]\n", "'waivers' is a list; it must be text"),
  ])
  func aFileThatCannotBeReadIsAnError(_ row: (config: String, says: String)) throws {
    #expect(try ConfigProject(withTarget() + row.config).errors().contains(row.says))
  }
}

struct PromotionPolicyTests {
  @Test func thePolicyOfPromotionsIsRead() throws {
    let written = "policy: {promotion: {stages: [offline, canary], max_age: 36h, sign_offs: 2}}\n"
    let project = try ConfigProject(withTarget() + written)
    let policy = PromotionPolicy(stages: [.offline, .canary], maxAge: .seconds(36 * 3600), signOffs: 2)
    #expect(try project.load().promotion == policy)
    // Without looking at anything else: neither keys nor targets are needed.
    let keyless = try ConfigProject("targets: {candidate: {provider: x, api_key: {env: NONE}}}\n" + written)
    #expect(try promotionPolicy(config: keyless.path) == policy)
    #expect(try ConfigProject(withTarget()).load().promotion == .standard)
    #expect(PromotionPolicy.standard.maxAge == .seconds(7 * 86400))
    #expect(try project.load().policy == .standard)
  }

  @Test(arguments: [
    ("{stages: [shadow, offline]}", "'stages' is not in order, or names a stage twice\n  help: write 'stages: [offline, shadow]'"),
    ("{stages: [offline, offline]}", "'stages' is not in order, or names a stage twice\n  help: write 'stages: [offline]'"),
    ("{stages: []}", "'stages' is an empty list; production would open for everybody"),
    ("{stages: [offlien]}", "'stages' is 'offlien', which is unknown\n  help: did you mean 'offline'?"),
    ("{stages: [production]}", "'stages' is 'production', which is unknown"), ("{max_age: 0d}", "'max_age' is 0d; it must be above 0"),
    ("{max_age: 7}", "'max_age': '7' is no duration"), ("{sign_offs: -1}", "'sign_offs' is -1; it must be from 0 to 20"),
    ("{sign_ofs: 2}", "unknown key 'sign_ofs' in 'promotion'\n  help: did you mean 'sign_offs'?"), ("[offline]", "'promotion' is a list"),
  ])
  func aBadPolicyOfPromotionsIsRefused(_ row: (written: String, says: String)) throws {
    let project = try ConfigProject(withTarget() + "policy: {promotion: \(row.written)}\n")
    #expect(project.errors().contains(row.says), "\(project.errors())")
    #expect(throws: Problems.self) { try promotionPolicy(config: project.path) }
  }
}
