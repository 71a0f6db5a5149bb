#include "fascikit/burst/classify.hpp"
#include "fascikit/io/write.hpp"
#include "write_number.hpp"

namespace fascikit::io {

namespace {

std::string site_name(const Analysis& analysis, std::int32_t site) {
    return site < 0 ? std::string() : analysis.recording.sites.at(static_cast<std::size_t>(site)).name;
}

void row(std::string& table, std::initializer_list<std::string> cells) {
    const char* separator = "";
    for (const std::string& cell : cells) {
        table += separator;
        table += cell;
        separator = ",";
    }
    table += '\n';
}

}  // namespace

std::string events_csv(const Analysis& analysis) {
    std::string table =
        "event,sample,onset_s,peak_s,duration_ms,site,channel,amplitude_uv,snr,probability,unit,burst,first_pass\n";
    for (const Event& e : analysis.events) {
        const double duration_ms = 1e3 * analysis.seconds(e.end_sample - e.onset_sample);
        row(table, {std::to_string(e.id), std::to_string(e.onset_sample), seconds(analysis.seconds(e.onset_sample)),
                    seconds(analysis.seconds(e.peak_sample)), real(static_cast<float>(duration_ms)),
                    csv_text(site_name(analysis, e.site)),
                    csv_text(analysis.recording.channels.at(static_cast<std::size_t>(e.channel)).label),
                    real(e.amplitude_uv), real(e.snr), real(e.probability), id(e.unit), id(e.burst), id(e.first_pass)});
    }
    return table;
}

std::string bursts_csv(const Analysis& analysis) {
    std::string table =
        "burst,onset_s,duration_s,site,label,probability,n_discharges,n_units,rate_hz,isi_cv,unit,why";
    for (const LabelInfo& entry : label_table) table.append(",p_").append(entry.name);
    table += '\n';
    for (const Burst& b : analysis.bursts) {
        row(table, {std::to_string(b.id), seconds(b.onset_s), seconds(b.duration_s), csv_text(site_name(analysis, b.site)),
                    std::string(to_string(b.label)), real(b.probability), std::to_string(b.n_discharges),
                    std::to_string(b.n_units), real(b.rate_hz), real(b.isi_cv), id(b.unit), csv_text(why(b))});
        table.pop_back();
        for (const float p : b.probabilities) table.append(",").append(real(p));
        table += '\n';
    }
    return table;
}

std::string segments_csv(const Analysis& analysis) {
    std::string table = "onset_s,end_s,site,kind,reason\n";
    for (const Segment& s : analysis.segments)
        row(table, {seconds(analysis.seconds(s.onset_sample)), seconds(analysis.seconds(s.end_sample)),
                    csv_text(site_name(analysis, s.site)), std::string(to_string(s.kind)), std::string(to_string(s.reason))});
    return table;
}

std::string units_csv(const Analysis& analysis) {
    std::string table =
        "unit,site,n_discharges,rate_per_min,amplitude_uv,duration_ms,phases,turns,snr,isolation,area_uv_ms,rise_ms\n";
    for (const Unit& u : analysis.units)
        row(table, {std::to_string(u.id), csv_text(site_name(analysis, u.site)), std::to_string(u.n_discharges),
                    real(u.rate_per_min), real(u.amplitude_uv), real(u.duration_ms), real(u.phases), real(u.turns),
                    real(u.snr), real(u.isolation), real(u.area_uv_ms), real(u.rise_ms)});
    return table;
}

std::string bids_events_tsv(const Analysis& analysis) {
    std::string table = "onset\tduration\ttrial_type\tsite\tunit\tprobability\n";
    for (const Burst& b : analysis.bursts)
        table += seconds(b.onset_s) + '\t' + seconds(b.duration_s) + '\t' + std::string(to_string(b.label)) + '\t' +
                 tsv_text(site_name(analysis, b.site)) + '\t' + tsv_text(id(b.unit)) + '\t' +
                 tsv_text(real(b.probability)) + '\n';
    return table;
}

}  // namespace fascikit::io
