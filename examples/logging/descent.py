# Gradient descent in plain Python that logs every step, without a process for each: python3 descent.py [steps]
# As the command of a stage it logs to the run of the stage.
import subprocess
import sys

steps = int(sys.argv[1]) if len(sys.argv) > 1 else 200
log = subprocess.Popen(['mlo', 'log', 'metric', '--stream'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

x, y = -1.2, 1.0
for step in range(steps):
    slope_x = -400 * x * (y - x * x) - 2 * (1 - x)
    slope_y = 200 * (y - x * x)
    x, y = x - 0.001 * slope_x, y - 0.001 * slope_y
    loss = (1 - x) ** 2 + 100 * (y - x * x) ** 2
    print('loss', loss, step, file=log.stdin)
    print('distance', ((1 - x) ** 2 + (1 - y) ** 2) ** 0.5, step, file=log.stdin)

log.stdin.close()
sys.exit(log.wait())
