// Scene: a recording under construction, together with its truth.
//
// A site has one channel or a grid of them. Whatever is added goes into the samples and,
// in the same call, into the truth, so the two cannot disagree. Units, noise and
// confounders draw from random streams of their own: adding one changes no other.
// Order: a site's noise or background first, since the truth takes the level from it; then
// discharges and confounders; then what happens to finished channels (clipping, lost
// contact, dropped samples), then `finish`. Times in the truth are rounded to 0.1 µs
// (discharges) and 0.1 ms (stretches), amplitudes to 0.001 µV.
//
//   Scene scene({.sampling_rate_hz = 2048, .duration_s = 60, .sites = {{"left calf"}}}, seed);
//   scene.noise(0, {.rms_uv = 4.0});
//   scene.train(0, scene.new_unit(), potential, fasciculations(random, {}, 0, 60), Label::fasciculation_potential);
//
// Memory: 8 bytes a sample and channel, and 4 more in `finish`. Sums are made in double
// and rounded to float once. Throws std::invalid_argument for a rate, duration or site
// out of range, std::out_of_range never: an index that does not exist is the caller's bug.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/core/recording.hpp"
#include "fascikit/core/truth.hpp"
#include "fascikit/simulate/artefacts.hpp"
#include "fascikit/simulate/ecg.hpp"
#include "fascikit/simulate/faults.hpp"
#include "fascikit/simulate/mains_hum.hpp"
#include "fascikit/simulate/noise.hpp"
#include "fascikit/simulate/recorded_rest.hpp"
#include "fascikit/simulate/train.hpp"
#include "fascikit/simulate/unit_potential.hpp"

namespace fascikit::simulate {

/// Samples in µV, channel after channel, what they are of, and what is in them.
struct Simulated {
    std::vector<float> samples;
    RecordingInfo info;
    Truth truth;
    Electrode electrode = Electrode::surface;

    [[nodiscard]] BlockView<const float> view() const noexcept {
        return planar(samples.data(), info.frames, static_cast<std::int64_t>(info.channels.size()));
    }
    /// As a Source; it keeps a view of these samples.
    [[nodiscard]] ArraySource<float> source() const { return {view(), info}; }
};

struct SceneSite {
    std::string name;
    int channels = 1;
    int rows = 0;                     ///< of a grid; rows × columns = channels
    int columns = 0;
    double pitch_mm = 0;
};

struct SceneOptions {
    Electrode electrode = Electrode::surface;
    double sampling_rate_hz = 2048;
    double duration_s = 60;
    std::vector<SceneSite> sites{};
};

/// Fibres whose delay varies from discharge to discharge, or that stay out: a unit in reinnervation.
struct Instability {
    double jitter_ms = 0;             ///< SD of each part's delay
    double blocking = 0;              ///< chance of each part to stay out
};

class Scene {
public:
    Scene(SceneOptions options, std::uint64_t seed) : options_(std::move(options)), seed_(seed) {
        const double rate = options_.sampling_rate_hz;
        if (!(rate >= 200 && rate <= 200000))
            core::fail_option("sampling rate " + core::number(rate) + " Hz: allowed is 200 to 200000");
        if (!(options_.duration_s >= 1 && options_.duration_s <= 86400))
            core::fail_option("duration " + core::number(options_.duration_s) + " s: allowed is 1 to 86400");
        if (options_.sites.empty()) core::fail_option("a scene needs a site");
        band_ = resolved({}, options_.electrode, rate);
        frames_ = static_cast<std::int64_t>(std::floor(options_.duration_s * rate + 0.5));
        for (const SceneSite& site : options_.sites) {
            first_.push_back(channels_.size());
            if (site.channels < 1 || (site.rows > 0 && site.rows * site.columns != site.channels))
                core::fail_option("site '" + site.name + "': rows x columns must be its channels, at least 1");
            channels_.resize(channels_.size() + static_cast<std::size_t>(site.channels));
        }
        first_.push_back(channels_.size());
        for (auto& channel : channels_) channel.assign(static_cast<std::size_t>(frames_), 0.0);
        levels_.resize(channels_.size());
        truth_.sampling_rate_hz = rate;
        truth_.duration_s = options_.duration_s;
        truth_.band = band_;
    }

    /// A random stream that no other `stream` shares.
    [[nodiscard]] Random random(std::uint64_t stream) const noexcept { return Random(seed_, own_streams + stream); }
    [[nodiscard]] std::int32_t new_unit() noexcept { return units_++; }
    [[nodiscard]] Band band() const noexcept { return band_; }
    [[nodiscard]] double sampling_rate_hz() const noexcept { return options_.sampling_rate_hz; }
    [[nodiscard]] double duration_s() const noexcept { return options_.duration_s; }
    [[nodiscard]] Electrode electrode() const noexcept { return options_.electrode; }
    [[nodiscard]] std::size_t sites() const noexcept { return options_.sites.size(); }
    [[nodiscard]] std::size_t channels(std::size_t site) const noexcept { return first_[site + 1] - first_[site]; }
    [[nodiscard]] std::span<double> channel(std::size_t site, std::size_t index = 0) noexcept {
        return channels_[first_[site] + index];
    }

    /// One discharge, whose nerve impulse arrives at `firing.time_s`; named in the truth.
    void discharge(std::size_t site, std::int32_t unit, const UnitPotential& potential, Firing firing, Label label) {
        add(site, potential, firing);
        name(site, unit, potential, firing, label);
    }
    /// The same of a unit in parts, each with a delay of its own. The truth's peak and amplitude are those of the
    /// `whole`, which the parts make when nothing varies.
    void discharge(std::size_t site, std::int32_t unit, const UnitPotential& whole,
                   std::span<const UnitPotential> parts, Instability instability, Random& random, Firing firing,
                   Label label) {
        for (const UnitPotential& part : parts) {
            const double delay_s = 1e-3 * instability.jitter_ms * random.normal();
            const bool blocked = random.uniform() < instability.blocking;
            if (!blocked) add(site, part, {firing.time_s + delay_s, firing.gain});
        }
        name(site, unit, whole, firing, label);
    }
    void train(std::size_t site, std::int32_t unit, const UnitPotential& potential, const Train& train, Label label) {
        for (const Firing& firing : train) discharge(site, unit, potential, firing, label);
    }
    /// One discharge that the truth does not name: of another muscle.
    void add(std::size_t site, const UnitPotential& potential, Firing firing) noexcept {
        constexpr std::int64_t steps = UnitPotential::steps_per_sample;
        const std::int64_t fine = fine_step(firing.time_s);
        const std::int64_t first = (fine >= 0 ? fine : fine - steps + 1) / steps;
        const int step = static_cast<int>(fine - first * steps);
        const std::int64_t from = std::max<std::int64_t>(0, -first);
        const std::int64_t to = std::min(potential.samples(), frames_ - first);
        for (std::size_t c = 0; c < std::min(potential.channels, channels(site)); ++c) {
            double* out = channels_[first_[site] + c].data();
            for (std::int64_t n = from; n < to; ++n) out[first + n] += firing.gain * potential.at(c, n, step);
        }
    }
    void segment(std::size_t site, double onset_s, double end_s, Label label) {
        onset_s = std::max(onset_s, 0.0);
        end_s = std::min(end_s, options_.duration_s);
        if (onset_s < end_s)
            truth_.segments.push_back({rounded(onset_s, 1e4), rounded(end_s, 1e4), options_.sites[site].name, label});
    }
    void confounder(Extent extent, const char* kind) {
        const double onset_s = std::max(extent.onset_s, 0.0), end_s = std::min(extent.end_s, options_.duration_s);
        if (onset_s < end_s) truth_.confounders.push_back({rounded(onset_s, 1e4), rounded(end_s, 1e4), kind});
    }

    /// Amplifier and electrode noise of every channel of a site; its level is one for the site.
    void noise(std::size_t site, const NoiseOptions& options) {
        const double rate = options_.sampling_rate_hz;
        Random together(seed_, 1 + site);
        const NoiseLevel level = noise_level(together, options_.duration_s, options);
        std::vector<double> shared;
        if (options.common > 0) shared = common_noise(together, rate, band_, frames_, options);
        for (std::size_t c = first_[site]; c < first_[site + 1]; ++c) {
            Random own(seed_, 10000 + c);
            add_noise(channels_[c], rate, band_, own, options, level, shared);
            levels_[c] = level;
        }
    }
    /// Recorded rest in place of made noise, at the scene's rate. Each channel starts elsewhere in it.
    void background(std::size_t site, std::span<const double> recorded) {
        Random own(seed_, 1 + site);
        const double length_s = static_cast<double>(recorded.size()) / options_.sampling_rate_hz;
        for (std::size_t c = first_[site]; c < first_[site + 1]; ++c) {
            BackgroundOptions options;
            options.start_s = own.uniform() * length_s;
            levels_[c] = add_background(channels_[c], recorded, options_.sampling_rate_hz, band_, options);
        }
    }
    /// RMS of the noise in the band at the first channel of a site.
    [[nodiscard]] double noise_uv(std::size_t site, double time_s = 0) const noexcept { return levels_[first_[site]].at(time_s); }
    /// The same waveform on every channel of a site, times `gain`.
    void wave(std::size_t site, std::span<const double> waveform, double gain) noexcept {
        for (std::size_t c = first_[site]; c < first_[site + 1]; ++c)
            for (std::size_t i = 0; i < std::min(waveform.size(), channels_[c].size()); ++i)
                channels_[c][i] += gain * waveform[i];
    }

    void artefact(std::size_t site, const Artefact& artefact, const char* kind, double gain = 1.0) {
        Extent extent;
        for (std::size_t c = 0; c < channels(site); ++c) extent = add_artefact(channel(site, c), artefact, gain);
        confounder(extent, kind);
    }
    /// A channel without contact. What a site with no other channel discharges meanwhile is nowhere in the samples,
    /// so it leaves the truth.
    void lose_contact(std::size_t site, std::size_t index, double begin_s, double end_s, Random& random,
                      const ContactOptions& options = {}) {
        const Extent extent = simulate::lose_contact(channel(site, index), options_.sampling_rate_hz, begin_s, end_s, random, options);
        confounder(extent, "lost_contact");
        if (channels(site) == 1) forget(site, extent);
    }
    /// Samples of all channels that never arrived; their discharges leave the truth.
    void drop_samples(double begin_s, double end_s, Dropped kind) {
        Extent extent;
        for (auto& samples : channels_)
            extent = simulate::drop_samples(samples, options_.sampling_rate_hz, begin_s, end_s, kind);
        confounder(extent, "dropout");
        for (std::size_t site = 0; site < sites(); ++site) forget(site, extent);
    }
    /// The amplifier's rails, on all channels; runs nearer than 50 ms are one confounder.
    void clip(double rail_uv) {
        for (auto& samples : channels_)
            for (const Extent& extent : simulate::clip(samples, options_.sampling_rate_hz, -rail_uv, rail_uv, 0.05))
                confounder(extent, "clipping");
    }

    [[nodiscard]] Simulated finish() {
        std::stable_sort(truth_.discharges.begin(), truth_.discharges.end(),
                         [](const TrueDischarge& a, const TrueDischarge& b) { return a.peak_s < b.peak_s; });
        std::stable_sort(truth_.segments.begin(), truth_.segments.end(),
                         [](const TrueSegment& a, const TrueSegment& b) { return a.onset_s < b.onset_s; });
        std::stable_sort(truth_.confounders.begin(), truth_.confounders.end(),
                         [](const Confounder& a, const Confounder& b) { return a.onset_s < b.onset_s; });
        Simulated out;
        out.electrode = options_.electrode;
        out.truth = std::move(truth_);
        out.info.format = "array";
        out.info.sampling_rate_hz = options_.sampling_rate_hz;
        out.info.frames = frames_;
        out.samples.reserve(channels_.size() * static_cast<std::size_t>(frames_));
        for (std::size_t s = 0; s < options_.sites.size(); ++s) {
            const SceneSite& from = options_.sites[s];
            Site site;
            site.name = from.name;
            site.rows = from.rows;
            site.columns = from.columns;
            site.pitch_mm = from.pitch_mm;
            for (std::size_t c = first_[s]; c < first_[s + 1]; ++c) {
                for (const double v : channels_[c]) out.samples.push_back(static_cast<float>(v));
                channels_[c] = {};
                ChannelInfo channel;
                channel.label = from.channels == 1 ? from.name : from.name + " " + std::to_string(c - first_[s] + 1);
                site.channels.push_back(static_cast<int>(out.info.channels.size()));
                out.info.channels.push_back(std::move(channel));
            }
            out.info.sites.push_back(std::move(site));
        }
        return out;
    }

private:
    /// Streams below are the scene's own.
    static constexpr std::uint64_t own_streams = 1000000;

    [[nodiscard]] std::int64_t fine_step(double time_s) const noexcept {
        return static_cast<std::int64_t>(
            std::floor(time_s * options_.sampling_rate_hz * UnitPotential::steps_per_sample + 0.5));
    }
    void name(std::size_t site, std::int32_t unit, const UnitPotential& potential, Firing firing, Label label) {
        const double at = static_cast<double>(fine_step(firing.time_s)) / UnitPotential::steps_per_sample;
        const double peak_s = (at + potential.peak_in_samples) / options_.sampling_rate_hz;
        if (peak_s < 0 || peak_s >= options_.duration_s) return;
        truth_.discharges.push_back({rounded(peak_s, 1e7), options_.sites[site].name, unit, label,
                                     rounded(potential.amplitude_uv * std::abs(firing.gain), 1e3),
                                     rounded(levels_[first_[site] + potential.largest].at(peak_s), 1e4)});
    }
    /// What a person reads in the file, and far finer than anything is known.
    [[nodiscard]] static double rounded(double value, double per_unit) noexcept {
        return std::floor(value * per_unit + 0.5) / per_unit;
    }

    void forget(std::size_t site, Extent extent) {
        std::erase_if(truth_.discharges, [&, name = options_.sites[site].name](const TrueDischarge& d) {
            return d.site == name && d.peak_s >= extent.onset_s && d.peak_s < extent.end_s;
        });
    }

    SceneOptions options_;
    std::uint64_t seed_;
    Band band_;
    std::int64_t frames_ = 0;
    std::vector<std::vector<double>> channels_;
    std::vector<std::size_t> first_;  ///< first channel of each site, and the number of channels
    std::vector<NoiseLevel> levels_;
    std::int32_t units_ = 0;
    Truth truth_;
};

}  // namespace fascikit::simulate
