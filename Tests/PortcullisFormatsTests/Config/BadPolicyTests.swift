import PortcullisCore
import Testing

@testable import PortcullisFormats

// formats.md §6. Rules begin at line 3, column 7.
private let badPolicies: [BadConfig] = [
  BadConfig(
    "a rule of a later version", withRules("judge-trusted"),
    says: """
      portcullis.yaml:3:7: error: 'judge-trusted' is not available in this version
        help: available: complete, no-regression, no-broken-cases, pass-rate, critical-cases, incidents-stay-fixed, score, tail, error-rate, latency, ttft, tpot, cost-per-request, cost-per-success, tokens-per-request, coverage
      """),
  BadConfig(
    "rules of another stage", withRules("rig-steady", "no-change: {epsilon: 5%}"),
    says: """
      portcullis.yaml:3:7: error: the rule 'rig-steady' belongs to 'shadow', where production is asked twice
        help: write it under 'policy.shadow'
      portcullis.yaml:4:7: error: the rule 'no-change' belongs to 'shadow', where production is asked twice
        help: write it under 'policy.shadow'
      """),
  BadConfig(
    "a misspelt rule", withRules("no-regresion: {margin: 5%}"),
    says: """
      portcullis.yaml:3:7: error: unknown rule 'no-regresion'
        help: did you mean 'no-regression'?
      """),
  BadConfig(
    "a rule that nothing is like", withRules("3"),
    says: """
      portcullis.yaml:3:7: error: unknown rule '3'
        help: available: complete, no-regression, no-broken-cases, pass-rate, critical-cases, incidents-stay-fixed, score, tail, error-rate, latency, ttft, tpot, cost-per-request, cost-per-success, tokens-per-request, coverage
      """),
  BadConfig(
    "the same rule twice", withRules("latency: {limit: 2s}", "complete", "latency: {quantile: 95%, limit: 2000ms, advisory: true}"),
    says: """
      portcullis.yaml:5:7: error: the rule 'latency' is given twice with equal parameters
        help: keep one of them
      """),
  BadConfig(
    "per cents as shares",
    withRules("no-regression: {margin: 5}", "no-regression: {margin: 0.8}", "no-regression: {margin: 5%, slices: [a], slice_margin: 30}"),
    says: """
      portcullis.yaml:3:31: error: 'margin': '5' is not within 0 and 1
        help: did you mean '5%'?
      portcullis.yaml:4:31: error: 'margin' is 0.8, half or more
        help: did you mean '0.8%'?
      portcullis.yaml:5:62: error: 'slice_margin': '30' is not within 0 and 1
        help: did you mean '30%'?
      """),
  BadConfig(
    "margins that are none",
    withRules("no-regression", "no-regression: {margin: 0}", "no-regression: {margin: .nan}", "no-regression: {margin: -5%}"),
    says: """
      portcullis.yaml:3:7: error: the rule 'no-regression' has no 'margin'
      portcullis.yaml:4:31: error: 'margin' is 0; it must be above 0
        help: no number of cases can show that it never happens
      portcullis.yaml:5:31: error: 'margin': '.nan' is no share
        help: write a share from 0 to 1, as in '0.02', or a per cent, as in '2%'
      portcullis.yaml:6:31: error: 'margin': '-5%' is not within 0 and 100%
        help: write a share from 0 to 1, as in '0.02', or a per cent, as in '2%'
      """),
  BadConfig(
    "slices",
    withRules(
      "no-regression: {margin: 5%, slices: [a, a], watch: [a]}", "no-regression: {margin: 5%, slice_margin: 3%}", "complete: {slices: [a]}",
      "pass-rate: {min: 0.9, slices: []}"),
    says: """
      portcullis.yaml:3:35: error: 'slices' names 'a' twice
      portcullis.yaml:3:51: error: 'a' is in 'slices' and in 'watch'
        help: 'slices' decide, 'watch' only alarms
      portcullis.yaml:4:35: error: 'slice_margin' has no slices to apply to
        help: add 'slices: [behaviour]'
      portcullis.yaml:5:18: error: the rule 'complete' has no 'slices'
        help: write it once for each slice, with 'where: {tag: value}'
      portcullis.yaml:6:29: error: 'slices' is an empty list
        help: leave it out, or name a tag, 'behaviour' or 'severity'
      """),
  BadConfig(
    "metrics",
    withRules(
      "no-regression: {margin: 5%, metric: \"\"}", "score: {min: 0.8}", "score: {metric: pass-rate, min: 0.8}",
      "score: {metric: helpful, min: 1}", "score: {metric: helpful}", "score: {metric: helpful, min: 0.8, margin: 5%}",
      "score: {metric: helpful, margin: 5}", "tail: {floor: 0.2}", "tail: {metric: helpful, floor: 0}",
      "tail: {metric: helpful, max_share: 0}", "tail: {metric: helpful, slices: [a]}"),
    says: """
      portcullis.yaml:3:35: error: 'metric' is empty
        help: write the 'metric' of a check
      portcullis.yaml:4:14: error: the rule 'score' has no 'metric'
      portcullis.yaml:5:15: error: 'pass-rate' is no metric of a check
        help: write a 'pass-rate' rule, or 'no-regression: {margin: …}'
      portcullis.yaml:6:37: error: 'min' is 1; it must be above 0 and below 1
      portcullis.yaml:7:14: error: the rule 'score' has neither 'min' nor 'margin'
      portcullis.yaml:8:42: error: the rule 'score' has both 'min' and 'margin'
        help: write two rules
      portcullis.yaml:9:40: error: 'margin': '5' is not within 0 and 1
        help: did you mean '5%'?
      portcullis.yaml:10:13: error: the rule 'tail' has no 'metric'
      portcullis.yaml:11:38: error: 'floor' is 0; it must be above 0 and below 1
      portcullis.yaml:12:42: error: 'max_share' is 0; it must be above 0
        help: no number of cases can show that it never happens
      portcullis.yaml:13:31: error: the rule 'tail' has no 'slices'
        help: write it once for each slice, with 'where: {tag: value}'
      """),
  BadConfig(
    "pass rates",
    withRules(
      "pass-rate: {min: 1}", "pass-rate: {min: 0.8%}", "pass-rate", "pass-rate: {min: 0.8, observed_min: 0.9}",
      "pass-rate: {observed_min: 0}"),
    says: """
      portcullis.yaml:3:24: error: 'min' is 1; no number of cases can show a rate of 1
        help: write 'observed_min: 1', or a rate below 1
      portcullis.yaml:4:24: error: 'min' is 0.8%, less than one case in a hundred
        help: did you mean '80%'?
      portcullis.yaml:5:7: error: the rule 'pass-rate' has neither 'min' nor 'observed_min'
      portcullis.yaml:6:29: error: the rule 'pass-rate' has both 'min' and 'observed_min'
        help: write two rules
      portcullis.yaml:7:33: error: 'observed_min' is 0; it must be above 0
        help: a rate of 0 passes everything
      """),
  // 0.9²⁸ = 0.0523 and 0.9²⁹ = 0.0471, on either side of 0.05; so are (80/98)¹⁴ = 0.0583 and (80/98)¹⁵ = 0.0476.
  BadConfig(
    "hard gates",
    withRules(
      "critical-cases: {demand: reliable, trials: 61}", "critical-cases: {demand: never, trials: 28}", "incidents-stay-fixed: {trials: 0}",
      "critical-cases: {demand: always}", "critical-cases: {demand: reliable, trials: 14}", "no-broken-cases: {confirm: 0}"),
    says: """
      portcullis.yaml:3:50: error: 'trials' is 61; it must be from 1 to 60
      portcullis.yaml:4:39: error: 'demand: never' cannot pass with 28 trials; it takes 29 clean ones to exclude failure rates above 10 %
        help: write 'trials: 29' or more
      portcullis.yaml:5:38: error: 'trials' is 0; it must be from 1 to 1000
      portcullis.yaml:6:32: error: 'demand' is 'always', which is unknown
        help: known here: all, never, reliable
      portcullis.yaml:7:42: error: 'demand: reliable' cannot pass with 14 trials; it takes 15 clean ones to tell a reliability of 98 % from one of 80 %
        help: write 'trials: 15' or more
      portcullis.yaml:8:34: error: 'confirm' is 0; it must be from 1 to 100
      """),
  BadConfig(
    "latencies",
    withRules(
      "latency: {quantile: 95, limit: 2s}", "latency: {quantile: 0.95%, limit: 2s}", "latency: {limit: 2}",
      "latency: {limit: 2s, increase: 0.1}",
      "latency: {increase: 20}", "latency", "ttft: {increase: 0}", "tpot: {limit: 0ms}"),
    says: """
      portcullis.yaml:3:27: error: 'quantile': '95' is not within 0 and 1
        help: did you mean '95%'?
      portcullis.yaml:4:27: error: 'quantile' is 0.95%; it must be at least 0.5 and below 1
        help: did you mean '0.95'?
      portcullis.yaml:5:24: error: 'limit': '2' is no duration
        help: write a number and a unit (ms, s, m, h, d), as in '300ms' or '2s'
      portcullis.yaml:6:28: error: the rule 'latency' has both 'limit' and 'increase'
        help: write two rules
      portcullis.yaml:7:27: error: 'increase': '20' is not within 0 and 1
        help: did you mean '20%'?
      portcullis.yaml:8:7: error: the rule 'latency' has neither 'limit' nor 'increase'
      portcullis.yaml:9:24: error: 'increase' is 0; it must be above 0
        help: no number of calls can show that two arms are the same
      portcullis.yaml:10:21: error: 'limit' is 0ms; it must be above 0
      """),
  BadConfig(
    "costs, errors, gaps",
    withRules(
      "cost-per-request: {limit: 2}", "cost-per-request: {limit: 0 USD}", "error-rate: {max: 0}", "complete: {max_mising: 0}",
      "complete: {max_missing: 0.8}", "tokens-per-request: {limit: 0}", "cost-per-success: {limit: 1 USD, increase: 5%}",
      "coverage: {min_cases: 3}"),
    says: """
      portcullis.yaml:3:33: error: 'limit': '2' is no amount of money
        help: write a number and a currency, as in '20 USD'
      portcullis.yaml:4:33: error: 'limit' is 0 USD; it must be above 0
      portcullis.yaml:5:25: error: 'max' is 0; it must be above 0
        help: no number of cases can show that it never happens
      portcullis.yaml:6:18: error: unknown key 'max_mising' in the rule 'complete'
        help: did you mean 'max_missing'?
      portcullis.yaml:7:31: error: 'max_missing' is 0.8, half or more
        help: did you mean '0.8%'?
      portcullis.yaml:8:35: error: 'limit': '0' is no count
        help: write a whole number above 0, as in '3000' or '60k'
      portcullis.yaml:9:26: error: the rule 'cost-per-success' has both 'increase' and 'limit'
        help: write two rules
      portcullis.yaml:10:18: error: unknown key 'min_cases' in the rule 'coverage'
        help: known here: advisory, where
      """),
  BadConfig(
    "common parameters", withRules("complete: {advisory: yes, where: {}}", "complete: {where: [a]}"),
    says: """
      portcullis.yaml:3:28: error: 'advisory' is 'yes'; it must be true or false
        help: did you mean true?
      portcullis.yaml:3:33: error: 'where' is empty
        help: leave it out, or write 'where: {tag: value}'
      portcullis.yaml:4:25: error: 'where' is a list; it must be a mapping
      """),
  BadConfig(
    "shapes", withRules("no-regression:\n      margin: 0.05", "[a]", "complete: 3", "null"),
    says: """
      portcullis.yaml:4:7: error: a rule is one name with its parameters, but 'margin' stands beside 'no-regression'
        help: indent 'margin' below 'no-regression'
      portcullis.yaml:5:7: error: a rule is a list; it must be a name, or a name with parameters
      portcullis.yaml:6:17: error: the rule 'complete' is '3'; it must be a mapping
      portcullis.yaml:7:7: error: a rule is null; it must be a name, or a name with parameters
      """),
  BadConfig(
    "other stages", "policy:\n  shadow: []\n  canary: []\n  ofline: []\n",
    says: """
      portcullis.yaml:2:3: error: 'shadow' names no rule; nothing would be decided
        help: leave it out for the default rules
      portcullis.yaml:3:11: error: 'canary' is a list; it must be a mapping
      portcullis.yaml:4:3: error: unknown key 'ofline' in 'policy'
        help: did you mean 'offline'?
      """),
  BadConfig(
    "looks", "policy: {looks: 5}\n", says: "portcullis.yaml:1:17: error: 'looks' is 5; it must be from 1 to 4"),
  BadConfig(
    "error rates", "policy:\n  error_rates: {wrong_fail: 5, wrong_pass: 0.8}\n",
    says: """
      portcullis.yaml:2:29: error: 'wrong_fail': '5' is not within 0 and 1
        help: did you mean '5%'?
      portcullis.yaml:2:44: error: 'wrong_pass' is 0.8; it must be above 0 and below 0.5
        help: did you mean '0.8%'?
      """),
  BadConfig(
    "error rates of nothing", "policy:\n  error_rates: {wrong_fail: 0.0, wrong_pass: 0}\n",
    says: """
      portcullis.yaml:2:29: error: 'wrong_fail' is 0.0; it must be above 0 and below 0.5
        help: write it as in '0.05' or '5%'
      portcullis.yaml:2:46: error: 'wrong_pass' is 0; it must be above 0 and below 0.5
        help: write it as in '0.05' or '5%'
      """),
  BadConfig(
    "no rule at all", "policy: {offline: []}\n",
    says: """
      portcullis.yaml:1:10: error: 'offline' names no rule; nothing would be decided
        help: leave it out for the default rules
      """),
]

@Test(arguments: badPolicies) func badPoliciesAreRefusedInWords(row: BadConfig) throws {
  #expect(try ConfigProject(row.config).errors() == row.says)
}

@Test(arguments: ["judge-trusted", "bar-holds", "review"]) func noLaterRuleIsSkippedSilently(rule: String) throws {
  #expect(
    try ConfigProject(withRules("complete", rule)).errors().hasPrefix(
      "portcullis.yaml:4:7: error: '\(rule)' is not available in this version"))
}

@Test func aStricterErrorRateAsksForMoreCleanTrials() throws {
  // ln 0.01 / ln 0.9 = 43.7.
  let config = "policy:\n  error_rates: {wrong_pass: 1%}\n  offline: [{critical-cases: {demand: never}}]\n"
  #expect(try ConfigProject(config).errors().contains("cannot pass with 29 trials; it takes 44 clean ones"))
  // ln 1e-6 / ln(80/98) = 68.1, above the cap.
  let strict = "policy:\n  error_rates: {wrong_pass: 0.0001%}\n  offline: [{critical-cases: {demand: reliable}}]\n"
  #expect(
    try ConfigProject(strict).errors() == """
      portcullis.yaml:3:31: error: 'demand: reliable' cannot pass with 60 trials; it takes 69 clean ones to tell a reliability of 98 % from one of 80 %
        help: at most 60 trials are asked: raise 'wrong_pass'
      """)
}
