// analyze, and the records of its result as structured arrays.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "archive.hpp"
#include "bindings.hpp"
#include "fascikit/burst/classify.hpp"
#include "fascikit/core/notice.hpp"
#include "fascikit/core/result.hpp"
#include "fascikit/fascikit.hpp"
#include "fascikit/io/write.hpp"
#include "source.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;

/// Between the analysis and Python: calls back at most ten times a second, listens for
/// Ctrl-C, and keeps what was raised until the GIL is held again.
class Watch {
public:
    explicit Watch(py::object callback) : callback_(std::move(callback)) {}

    bool operator()(double fraction) {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        const auto before = last_.load(std::memory_order_relaxed);
        if (fraction < 1 && now - before < std::chrono::milliseconds(100)) return !stopped_;
        last_.store(now, std::memory_order_relaxed);
        const py::gil_scoped_acquire gil;
        if (stopped_) return false;
        try {
            if (PyErr_CheckSignals() != 0) throw py::error_already_set();
            if (!callback_.is_none() && callback_(fraction).is(py::bool_(false))) stopped_ = true;
        } catch (py::error_already_set& error) {
            raised_ = std::make_unique<py::error_already_set>(error);
            stopped_ = true;
        }
        return !stopped_;
    }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }
    void rethrow() const {
        if (raised_) throw *raised_;
    }

private:
    py::object callback_;
    std::atomic<std::chrono::steady_clock::duration> last_{};
    std::atomic<bool> stopped_ = false;
    std::unique_ptr<py::error_already_set> raised_;
};

AnalyzeOptions to_options(const std::string& electrode, std::optional<std::pair<double, double>> band_hz,
                          const std::string& mains, double false_per_minute, int passes) {
    AnalyzeOptions options;
    options.electrode = electrode_from(electrode);
    if (band_hz) options.band = {band_hz->first, band_hz->second};
    options.mains = mains_from(mains);
    options.false_per_minute = false_per_minute;
    options.passes = passes;
    return options;
}

std::shared_ptr<Analysis> run(const AnySource& source, const std::string& electrode,
                              std::optional<std::pair<double, double>> band_hz, const std::string& mains,
                              double false_per_minute, int passes, py::object progress) {
    const AnalyzeOptions options = to_options(electrode, band_hz, mains, false_per_minute, passes);
    Watch watch(std::move(progress));
    std::shared_ptr<Analysis> analysis;
    std::exception_ptr failure;
    {
        const py::gil_scoped_release release;
        try {
            analysis = std::make_shared<Analysis>(
                analyze(source, options, [&watch](double fraction) { return watch(fraction); }));
            if (analysis->recording.sha256.empty()) analysis->recording.sha256 = source.sha256();
        } catch (...) {
            failure = std::current_exception();
        }
    }
    watch.rethrow();
    if (watch.stopped()) {
        PyErr_SetString(py::module_::import("fascikit._core").attr("Cancelled").ptr(), "the analysis was cancelled");
        throw py::error_already_set();
    }
    if (failure) std::rethrow_exception(failure);
    return analysis;
}

py::dict to_dict(const Rate& rate) {
    return py::dict("count"_a = rate.count, "minutes"_a = rate.minutes, "per_min"_a = rate.per_min,
                    "low_per_min"_a = rate.low_per_min, "high_per_min"_a = rate.high_per_min,
                    "dispersion"_a = rate.dispersion);
}

py::dict to_dict(const SiteSummary& site) {
    const auto quartiles = [](const Quartiles& q) { return py::make_tuple(q.q25, q.median, q.q75); };
    py::dict labels;
    for (const LabelInfo& entry : label_table)
        labels[py::str(std::string(entry.name))] = site.label_counts[static_cast<std::size_t>(entry.label)];
    py::list masked;
    for (const MaskedStretch& m : site.masked)
        masked.append(py::make_tuple(m.onset_s, m.end_s, std::string(to_string(m.reason))));
    return py::dict("name"_a = site.name, "muscle"_a = site.muscle, "side"_a = site.side, "channels"_a = site.channels,
                    "minutes_recorded"_a = site.minutes_recorded, "minutes_usable"_a = site.minutes_usable,
                    "minutes_masked"_a = site.minutes_masked, "minutes_voluntary"_a = site.minutes_voluntary,
                    "fasciculations_before_gate"_a = to_dict(site.fasciculations_before_gate),
                    "fasciculations"_a = to_dict(site.fasciculations), "isolated"_a = site.isolated,
                    "continual"_a = site.continual, "other"_a = site.other, "doublets"_a = site.doublets,
                    "f_wave_pairs"_a = site.f_wave_pairs, "interval_s"_a = quartiles(site.interval_s),
                    "amplitude_uv"_a = quartiles(site.amplitude_uv), "noise_uv"_a = quartiles(site.noise_uv),
                    "threshold_snr"_a = site.threshold_snr, "label_counts"_a = labels, "masked"_a = masked);
}

py::dict options_of(const Analysis& analysis) {
    const AnalyzeOptions& o = analysis.options;
    return py::dict("electrode"_a = std::string(to_string(o.electrode)),
                    "band_hz"_a = py::make_tuple(o.band.low_hz, o.band.high_hz), "mains"_a = to_string(o.mains),
                    "false_per_minute"_a = o.false_per_minute, "passes"_a = o.passes);
}

void save(const Analysis& analysis, const std::string& directory, bool keep_identity, const AnySource* copied) {
    io::WriteOptions options;
    options.keep_identity = keep_identity;
    options.edf_copy = copied != nullptr;
    const py::gil_scoped_release release;
    if (copied)
        io::write_outputs(analysis, directory, options, *copied);
    else
        io::write_outputs(analysis, directory, options);
}

}  // namespace

Electrode electrode_from(const std::string& name) {
    for (const Electrode electrode : {Electrode::surface, Electrode::needle})
        if (to_string(electrode) == name) return electrode;
    core::fail_option("electrode '" + name + "': allowed is 'surface' or 'needle'");
}

Mains mains_from(const std::string& name) {
    for (const Mains mains : {Mains::automatic, Mains::hz50, Mains::hz60, Mains::off})
        if (to_string(mains) == name) return mains;
    core::fail_option("mains '" + name + "': allowed is 'auto', 50, 60 or 'off'");
}

void bind_analysis(py::module_& module) {
    PYBIND11_NUMPY_DTYPE(Event, id, onset_sample, end_sample, peak_sample, site, channel, amplitude_uv, snr,
                         probability, unit, burst, first_pass);
    PYBIND11_NUMPY_DTYPE(Unit, id, site, n_discharges, rate_per_min, amplitude_uv, duration_ms, phases, turns,
                         area_uv_ms, rise_ms, snr, isolation);
    PYBIND11_NUMPY_DTYPE(Segment, onset_sample, end_sample, site, kind, reason);
    PYBIND11_NUMPY_DTYPE(Burst, id, onset_sample, end_sample, onset_s, duration_s, site, unit, n_discharges, n_units,
                         rate_hz, isi_cv, label, probability, probabilities);
    PYBIND11_NUMPY_DTYPE(Coincidence, site_a, site_b, count, expected);

    py::class_<Analysis, std::shared_ptr<Analysis>>(module, "Analysis")
        .def_readonly("version", &Analysis::version)
        .def_readonly("cpu_path", &Analysis::cpu_path)
        .def_readonly("calibrated_on", &Analysis::calibrated_on)
        .def("options", &options_of)
        .def("recording", [](const Analysis& a) { return to_dict(a.recording); })
        .def("events", [](const Analysis& a) { return to_array(a.events); })
        .def("first_pass", [](const Analysis& a) { return to_array(a.first_pass); })
        .def("bursts", [](const Analysis& a) { return to_array(a.bursts); })
        .def("units", [](const Analysis& a) { return to_array(a.units); })
        .def("segments", [](const Analysis& a) { return to_array(a.segments); })
        .def("coincidences", [](const Analysis& a) { return to_array(a.coincidences); })
        .def("why",
             [](const Analysis& a) {
                 py::list texts;
                 for (const Burst& b : a.bursts) texts.append(why(b));
                 return texts;
             })
        .def("sites",
             [](const Analysis& a) {
                 py::list sites;
                 for (const SiteSummary& site : a.sites) sites.append(to_dict(site));
                 return sites;
             })
        .def("summary_json", [](const Analysis& a) { return io::summary_json(a); })
        .def("save", &save, "directory"_a, "keep_identity"_a, "copied"_a)
        .def(py::pickle([](const Analysis& a) { return py::bytes(to_bytes(a)); },
                        [](const py::bytes& bytes) { return std::make_shared<Analysis>(from_bytes(bytes)); }));
    module.def("analyze", &run, "source"_a, "electrode"_a, "band_hz"_a, "mains"_a, "false_per_minute"_a, "passes"_a,
               "progress"_a);

    py::list kinds, reasons, labels, lines;
    for (const std::string_view line : notice) lines.append(std::string(line));
    module.attr("notice") = py::tuple(lines);
    for (const SegmentKind kind : {SegmentKind::voluntary, SegmentKind::artifact, SegmentKind::masked})
        kinds.append(std::string(to_string(kind)));
    for (std::size_t reason = 0; reason < reason_count; ++reason)
        reasons.append(std::string(to_string(static_cast<Reason>(reason))));
    for (const LabelInfo& entry : label_table)
        labels.append(py::make_tuple(std::string(entry.name), entry.needle_only, std::string(entry.meaning)));
    module.attr("resting_noise_uv") = resting_noise_uv;
    module.attr("segment_kinds") = py::tuple(kinds);
    module.attr("segment_reasons") = py::tuple(reasons);
    module.attr("label_table") = py::tuple(labels);
}

}  // namespace fascikit::python
