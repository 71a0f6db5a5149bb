#include <cstdio>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fascikit/core/version.hpp"
#include "fascikit/evaluate/score.hpp"
#include "fascikit/io/results.hpp"
#include "fascikit/io/truth.hpp"
#include "text.hpp"

namespace fascikit::cli {

namespace {

using evaluate::Score;
using evaluate::SiteScore;
using Json = nlohmann::ordered_json;

struct Arguments {
    std::string truth;
    std::string folder;
    evaluate::ScoreOptions options;
    bool json = false;
};

std::string percent(double share) { return share == share ? format("%.1f", 100 * share) : "-"; }

Json json_of(const SiteScore& s) {
    Json json = {{"discharges", s.discharges},
                 {"matched", s.matched},
                 {"missed", s.missed},
                 {"missed_in_masked", s.missed_in_masked},
                 {"false_detections", s.false_detections},
                 {"in_voluntary", s.in_voluntary},
                 {"usable_min", s.usable_min},
                 {"sensitivity", s.sensitivity},
                 {"ppv", s.ppv},
                 {"f1", s.f1},
                 {"false_per_min", s.false_per_min},
                 {"false_per_min_low", s.false_per_min_low},
                 {"false_per_min_high", s.false_per_min_high},
                 {"bias_ms", s.bias_ms},
                 {"sd_ms", s.sd_ms}};
    if (!s.site.empty()) json["site"] = s.site;
    return json;
}

void print_json(const Score& score) {
    Json sites = Json::array(), confusion = Json::array();
    for (const auto& s : score.sites) sites.push_back(json_of(s));
    for (std::size_t t = 0; t < label_count; ++t)
        for (std::size_t f = 0; f < label_count; ++f)
            if (score.bursts[t][f] > 0)
                confusion.push_back({{"truth", label_table[t].name}, {"found", label_table[f].name}, {"bursts", score.bursts[t][f]}});
    const Json json = {{"schema_version", schema_version},
                       {"tolerance_ms", score.options.tolerance_ms},
                       {"all", json_of(score.all)},
                       {"sites", sites},
                       {"bursts_compared", score.bursts_compared},
                       {"bursts_agreed", score.bursts_agreed},
                       {"confusion", confusion}};
    std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

void print_table(const Score& score) {
    Table table;
    table.row({"", "known", "matched", "false", "sensitivity", "PPV", "F1", "false a minute", "bias", "SD", "usable", "in voluntary"});
    table.row({"site", "", "", "", "%", "%", "%", "(95 % interval)", "ms", "ms", "min", ""});
    const auto add = [&](const SiteScore& s, const std::string& name) {
        const std::string rate = s.usable_min > 0 ? number(s.false_per_min) + " (" + number(s.false_per_min_low) + " to " +
                                                        number(s.false_per_min_high) + ")" : "-";
        table.row({name, std::to_string(s.discharges), std::to_string(s.matched), std::to_string(s.false_detections),
                   percent(s.sensitivity), percent(s.ppv), percent(s.f1), rate, number(s.bias_ms), number(s.sd_ms),
                   number(s.usable_min), std::to_string(s.in_voluntary)});
    };
    for (const auto& s : score.sites) add(s, printable(s.site));
    if (score.sites.size() != 1) add(score.all, "all");
    std::printf("Within %s ms of the peak\n\n%s", core::number(score.options.tolerance_ms).c_str(), table.text().c_str());
    if (score.all.missed_in_masked > 0)
        std::printf("\n%lld of the missed lie in masked stretches.\n", static_cast<long long>(score.all.missed_in_masked));
    std::printf("\nBursts whose label is that of their discharges: %lld of %lld\n", static_cast<long long>(score.bursts_agreed),
                static_cast<long long>(score.bursts_compared));
    Table labels;
    labels.row({"  truth", "found", "bursts"});
    for (std::size_t t = 0; t < label_count; ++t)
        for (std::size_t f = 0; f < label_count; ++f)
            if (score.bursts[t][f] > 0)
                labels.row({"  " + std::string(label_table[t].name), std::string(label_table[f].name),
                            std::to_string(score.bursts[t][f])});
    if (score.bursts_compared > 0) std::printf("%s", labels.text().c_str());
}

}  // namespace

void add_score(CLI::App& program, Run& run) {
    auto* command = program.add_subcommand("score", "Compare the output of `analyze --out` with a truth");
    auto a = std::make_shared<Arguments>();
    command->add_option("TRUTH.json", a->truth, "What is known, as written by `simulate`")->required();
    command->add_option("OUTDIR", a->folder, "The output folder")->required();
    command->add_option("--tolerance-ms", a->options.tolerance_ms, "Largest distance of the peaks of a pair, ms")
        ->capture_default_str();
    command->add_flag("--json", a->json, "Print JSON instead of a table");
    command->footer("Voluntary stretches of the truth do not count; detections there are shown apart.\n"
                    "Specificity is not given: there is no negative class to take it of.");
    command->callback([a, &run] {
        run = [a] {
            const auto result = evaluate::score(io::read_truth(a->truth), io::read_results(a->folder), a->options);
            a->json ? print_json(result) : print_table(result);
        };
    });
}

}  // namespace fascikit::cli
