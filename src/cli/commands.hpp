// The subcommands of the program: each adds itself to the parser and says what to run.
#pragma once

#include <CLI/CLI.hpp>

#include <signal.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/io/read.hpp"

namespace fascikit::cli {

using Run = std::function<void()>;

void add_analyze(CLI::App& program, Run& run);
void add_info(CLI::App& program, Run& run);
void add_simulate(CLI::App& program, Run& run);
void add_score(CLI::App& program, Run& run);
void add_stream(CLI::App& program, Run& run);

/// What says how a recording is to be read; shared by `analyze` and `info`.
struct Input {
    std::string path;
    std::vector<std::string> channels;
    std::string unit;
    std::optional<double> fs;
    std::string grid;
    double pitch_mm = 0;
    std::string sites;

    void add_to(CLI::App& command);
    [[nodiscard]] io::File open(bool hash) const;
};

/// --electrode, --mains, --false-per-minute; shared by `analyze` and `stream`.
struct Detection {
    Electrode electrode = Electrode::surface;
    Mains mains = Mains::automatic;
    double false_per_minute = AnalyzeOptions{}.false_per_minute;

    void add_to(CLI::App& command);
};

/// Refuses the empty text: what a shell makes of a variable that is not set.
[[nodiscard]] CLI::Validator not_empty();

/// While it lives, Ctrl-C and the like wait: what is being written is finished first.
class Undisturbed {
public:
    Undisturbed();
    ~Undisturbed();
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;

private:
    sigset_t before_;
};

/// Standard output went away (`| head`): nothing to say, nothing more to do.
struct OutputClosed {};

/// Flushes standard output; throws OutputClosed or InputError when it took not everything.
void flush_output();

}  // namespace fascikit::cli
