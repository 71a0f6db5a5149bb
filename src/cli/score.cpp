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
std::string count(std::int64_t n) { return std::to_string(n); }

template <class S>
Json json_of(const S& score) {
    Json json = Json::object();
    evaluate::each_field(score, [&](const char* name, auto value) { json[name] = value; });
    return json;
}
template <class S>
Json json_of(const S& score, const char* key, Json value) {
    Json json = {{key, std::move(value)}};
    json.update(json_of(score));
    return json;
}

void print_json(const Score& score) {
    Json sites = Json::array(), pairs = Json::array(), by_snr = Json::array(), curve = Json::array(),
         interference = Json::array(), stretches = Json::array(), labels = Json::array(), confusion = Json::array(),
         seconds = Json::array();
    for (const auto& s : score.sites) sites.push_back(json_of(s, "site", s.site));
    for (const auto& s : score.pairs) pairs.push_back(json_of(s));
    for (const auto& s : score.by_snr) by_snr.push_back(json_of(s));
    for (std::size_t i = 0; i < score.curve.size(); ++i)
        curve.push_back(json_of(score.curve[i], "tolerance_ms", evaluate::curve_ms[i]));
    for (const auto& s : score.interference) interference.push_back(json_of(s, "kind", to_string(s.kind)));
    for (const auto& s : score.stretches)
        stretches.push_back({{"site", s.site}, {"kind", to_string(s.kind)}, {"onset_s", s.onset_s}, {"end_s", s.end_s},
                             {"covered", s.covered}, {"found", s.found}, {"onset_error_s", s.onset_error_s},
                             {"end_error_s", s.end_error_s}});
    for (const auto& s : score.labels) labels.push_back(json_of(s, "label", to_string(s.label)));
    for (std::size_t t = 0; t < label_count; ++t)
        for (std::size_t f = 0; f < label_count; ++f)
            if (score.confusion[t][f] > 0)
                confusion.push_back({{"known", label_table[t].name}, {"found", label_table[f].name}, {"groups", score.confusion[t][f]}});
    const auto kind = [](std::size_t k) {
        return k < evaluate::interference_count ? to_string(evaluate::interference_labels[k]) : std::string_view("none");
    };
    for (std::size_t t = 0; t <= evaluate::interference_count; ++t)
        for (std::size_t f = 0; f <= evaluate::interference_count; ++f)
            if (score.seconds[t][f] > 0)
                seconds.push_back({{"known", kind(t)}, {"found", kind(f)}, {"seconds", score.seconds[t][f]}});
    const auto& o = score.options;
    const Json json = {{"schema_version", schema_version},
                       {"options", {{"tolerance_ms", o.tolerance_ms}, {"group_ms", o.group_ms}, {"least_snr", o.least_snr},
                                    {"train_s", o.train_s}, {"least_covered", o.least_covered}}},
                       {"all", json_of(score.all)},
                       {"sites", sites},
                       {"curve", curve},
                       {"pairs", pairs},
                       {"by_snr", by_snr},
                       {"interference", interference},
                       {"stretches", stretches},
                       {"label_totals", json_of(score.label_totals)},
                       {"labels", labels},
                       {"confusion", confusion},
                       {"seconds", seconds}};
    std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

void print_sites(const Score& score) {
    constexpr std::size_t most = 12;
    Table table;
    table.row({"", "known", "matched", "false", "sensitivity", "groups", "PPV", "F1", "false a minute", "bias", "SD", "usable"});
    table.row({"site", "", "", "", "%", "%", "%", "%", "(95 % interval)", "ms", "ms", "min"});
    const auto add = [&](const SiteScore& s, const std::string& name) {
        const std::string rate = s.usable_min > 0 ? number(s.false_per_min) + " (" + number(s.false_per_min_low) + " to " +
                                                        number(s.false_per_min_high) + ")" : "-";
        table.row({name, count(s.discharges), count(s.matched), count(s.false_detections), percent(s.sensitivity),
                   percent(s.group_sensitivity), percent(s.ppv), percent(s.f1), rate, number(s.bias_ms), number(s.sd_ms),
                   number(s.usable_min)});
    };
    if (score.sites.size() <= most)
        for (const auto& s : score.sites) add(s, printable(s.site));
    const auto sites = static_cast<std::int64_t>(score.sites.size());
    if (sites != 1) add(score.all, score.sites.size() <= most ? "all" : "all " + count(sites) + " sites");
    std::printf("Within %s ms of the peak\n\n%s", core::number(score.options.tolerance_ms).c_str(), table.text().c_str());
    const auto& a = score.all;
    if (a.missed_in_masked > 0)
        std::printf("Of the missed, in masked stretches: %s.\n", count(a.missed_in_masked).c_str());
    if (a.discharges_in_interference > 0 || a.in_interference > 0)
        std::printf("Not counted, in interference: %s discharges, %s detections.\n", count(a.discharges_in_interference).c_str(),
                    count(a.in_interference).c_str());
    if (a.below_noise > 0)
        std::printf("Not counted, below %s times the noise: %s discharges, %s of them found.\n",
                    core::number(score.options.least_snr).c_str(), count(a.below_noise).c_str(), count(a.below_noise_found).c_str());
    if (a.extra_in_groups > 0)
        std::printf("Detections that stand for a missed member of a found group: %s.\n", count(a.extra_in_groups).c_str());
}

/// Tolerances beside signal-to-noise ratios: both are short.
void print_curves(const Score& score) {
    Table table;
    table.row({"by tolerance", "sensitivity", "PPV", "F1 %", "  by amplitude / noise", "known", "false", "sensitivity", "F1 %"});
    const std::size_t rows = std::max(score.curve.size(), score.by_snr.size() - 1);
    for (std::size_t i = 0; i < rows; ++i) {
        std::vector<std::string> cells(9);
        if (i < score.curve.size()) {
            const auto& c = score.curve[i];
            cells[0] = core::number(evaluate::curve_ms[i]) + " ms";
            cells[1] = percent(c.sensitivity), cells[2] = percent(c.ppv), cells[3] = percent(c.f1);
        }
        const auto& s = score.by_snr[i];
        cells[4] = i == 0 ? "below " + core::number(s.high)
                   : i + 2 == score.by_snr.size() ? core::number(s.low) + " and more"
                                                  : core::number(s.low) + " to " + core::number(s.high);
        cells[5] = count(s.known), cells[6] = count(s.false_detections);
        cells[7] = percent(s.sensitivity), cells[8] = percent(s.f1);
        table.row(std::move(cells));
    }
    std::printf("\n%s", table.text().c_str());
}

void print_pairs(const Score& score) {
    Table table;
    table.row({"pairs of one unit", "known", "as two", "as one", "missed"});
    bool any = false;
    for (const auto& p : score.pairs) {
        if (p.known == 0) continue;
        any = true;
        table.row({core::number(p.from_ms) + " to " + core::number(p.to_ms) + " ms", count(p.known), count(p.as_two),
                   count(p.as_one), count(p.missed)});
    }
    if (any) std::printf("\n%s", table.text().c_str());
}

void print_interference(const Score& score) {
    Table table;
    table.row({"interference", "known", "found", "false", "known s", "found s", "covered", "overlap", "onset s", "SD", "end s",
               "SD", "  most often taken for"});
    bool any = false;
    for (std::size_t k = 0; k < evaluate::interference_count; ++k) {
        const auto& s = score.interference[k];
        if (!(s.known_s > 0 || s.found_s > 0)) continue;
        any = true;
        const auto& taken = score.seconds[k];
        std::size_t other = evaluate::interference_count;
        for (std::size_t f = 0; f < evaluate::interference_count; ++f)
            if (f != k && taken[f] > (other < evaluate::interference_count ? taken[other] : 0.0)) other = f;
        table.row({std::string(to_string(s.kind)), count(s.stretches), count(s.found), count(s.false_stretches),
                   number(s.known_s), number(s.found_s), percent(s.covered), percent(s.overlap), number(s.onset_bias_s),
                   number(s.onset_sd_s), number(s.end_bias_s), number(s.end_sd_s),
                   other == evaluate::interference_count
                       ? ""
                       : std::string(to_string(evaluate::interference_labels[other])) + " (" + number(taken[other]) + " s)"});
    }
    if (any) std::printf("\n%s", table.text().c_str());
}

void print_labels(const Score& score) {
    const auto& t = score.label_totals;
    std::printf("\nLabels: %s of %s groups got one, %s of them the right one; macro F1 %s %%\n", count(t.labelled).c_str(),
                count(t.compared).c_str(), count(t.agreed).c_str(), percent(t.macro_f1).c_str());
    Table table;
    table.row({"label", "groups", "compared", "labelled", "precision", "recall", "F1 %", "  most often taken for"});
    for (const auto& s : score.labels) {
        if (s.by_seconds) continue;
        const auto k = static_cast<std::size_t>(s.label);
        std::size_t other = k;
        for (std::size_t f = 0; f < label_count; ++f)
            if (f != k && f != evaluate::abstained && score.confusion[k][f] > (other == k ? 0 : score.confusion[k][other])) other = f;
        table.row({std::string(to_string(s.label)), count(static_cast<std::int64_t>(s.known)),
                   count(static_cast<std::int64_t>(s.compared)), count(static_cast<std::int64_t>(s.labelled)),
                   percent(s.precision), percent(s.recall), percent(s.f1),
                   other == k ? "" : std::string(label_table[other].name) + " (" + count(score.confusion[k][other]) + ")"});
    }
    if (t.groups > 0) std::printf("%s", table.text().c_str());
}

}  // namespace

void add_score(CLI::App& program, Run& run) {
    auto* command = program.add_subcommand("score", "Compare the output of `analyze --out` with a truth");
    auto a = std::make_shared<Arguments>();
    command->add_option("TRUTH.json", a->truth, "What is known, as written by `simulate`")->required();
    command->add_option("OUTDIR", a->folder, "The output folder")->required();
    command->add_option("--tolerance-ms", a->options.tolerance_ms, "Largest distance of the peaks of a pair, ms")
        ->capture_default_str();
    command->add_option("--group-ms", a->options.group_ms, "Discharges closer than this are a group, found when one of them is, ms")
        ->capture_default_str();
    command->add_option("--least-snr", a->options.least_snr,
                        "Known discharges below this many times the noise RMS, peak to peak, count neither way")
        ->capture_default_str();
    command->add_flag("--json", a->json, "Print JSON instead of tables");
    command->footer("Discharges inside known contractions, cramps and tremor do not count, nor do detections there;\n"
                    "these stretches are compared as stretches. Specificity is not given: there is no negative\n"
                    "class to take it of.");
    command->callback([a, &run] {
        run = [a] {
            const auto result = evaluate::score(io::read_truth(a->truth), io::read_results(a->folder), a->options);
            if (a->json) return print_json(result);
            print_sites(result);
            print_curves(result);
            print_pairs(result);
            print_interference(result);
            print_labels(result);
        };
    });
}

}  // namespace fascikit::cli
